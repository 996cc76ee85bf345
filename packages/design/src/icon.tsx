/** Line icons on a 20 x 20 grid, drawn for this project. */
const PATHS = {
  play: 'M6 4.2v11.6L15.5 10z',
  pause: 'M6 4.5h2.6v11H6zM11.4 4.5H14v11h-2.6z',
  search: 'M8.8 3.5a5.3 5.3 0 1 0 0 10.6 5.3 5.3 0 0 0 0-10.6zM12.8 12.8l4 4',
  file: 'M10 12.6V3.4M6.4 6.8 10 3.2l3.6 3.6M3.5 12.5v4h13v-4',
  microphone:
    'M10 2.8a2.4 2.4 0 0 0-2.4 2.4v4.4a2.4 2.4 0 0 0 4.8 0V5.2A2.4 2.4 0 0 0 10 2.8zM5 9.6a5 5 0 0 0 10 0M10 14.6v2.8',
  stop: 'M5.5 5.5h9v9h-9z',
  link: 'M8.4 11.6a3.1 3.1 0 0 0 4.4 0l2.6-2.6A3.1 3.1 0 0 0 11 4.6l-1 1M11.6 8.4a3.1 3.1 0 0 0-4.4 0L4.6 11A3.1 3.1 0 0 0 9 15.4l1-1',
  plus: 'M10 4.5v11M4.5 10h11',
  minus: 'M4.5 10h11',
  close: 'M5 5l10 10M15 5 5 15',
  swap: 'M6.5 3.5v12.6M3.4 13l3.1 3.2L9.6 13M13.5 16.5V3.9M10.4 7l3.1-3.2L16.6 7',
  sun: 'M10 6.7a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6zM10 1.8v2M10 16.2v2M1.8 10h2M16.2 10h2M4.2 4.2l1.4 1.4M14.4 14.4l1.4 1.4M15.8 4.2l-1.4 1.4M5.6 14.4l-1.4 1.4',
  moon: 'M16.2 12.2A6.8 6.8 0 0 1 7.8 3.8a6.8 6.8 0 1 0 8.4 8.4z',
  help: 'M7.4 7.4a2.6 2.6 0 1 1 3.9 2.3c-.9.5-1.3 1-1.3 2M10 14.6v.2M10 2.4a7.6 7.6 0 1 0 0 15.2 7.6 7.6 0 0 0 0-15.2z',
  warning: 'M10 3 17.6 16.4H2.4zM10 8v4M10 14v.2',
  info: 'M10 9v5M10 6.2v.2M10 2.4a7.6 7.6 0 1 0 0 15.2 7.6 7.6 0 0 0 0-15.2z',
  map: 'M5 6.2h.1M9 4h.1M13.6 7.4h.1M7.6 10.6h.1M12 12.4h.1M15.8 11h.1M5.4 15.4h.1M10 16h.1',
  lasso:
    'M10 3.4c4 0 7 1.9 7 4.4s-3 4.4-7 4.4-7-1.9-7-4.4 3-4.4 7-4.4zM6.4 11.6c-1.4.7-1.8 2-.8 2.8 1.100.9 2.6.2 2.800 2.600',
  download: 'M10 3.400v9.200M6.400 9.200 10 12.800l3.600-3.600M3.500 12.500v4h13v-4',
  filter: 'M3 5h14M5.500 10h9M8.500 15h3',
  check: 'M4.500 10.500l3.600 3.600 7.400-8.200',
  copy: 'M7 7h9.500v9.500H7zM4 13H3.500V3.500H13V4',
} as const;

export type IconName = keyof typeof PATHS;

/** Shapes that are filled rather than drawn as lines. */
const SOLID: ReadonlySet<IconName> = new Set(['play', 'pause', 'stop']);

/** An icon that says nothing by itself: its control carries the words. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon-glyph" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path
      d={PATHS[name]}
      fill={SOLID.has(name) ? 'currentColor' : 'none'}
      stroke="currentColor"
      stroke-width={SOLID.has(name) ? 0 : name === 'map' ? 2.6 : 1.6}
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
);
