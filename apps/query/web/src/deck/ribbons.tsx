import type { Match } from '../api/types.ts';

const HEIGHT = 100;
const WIDTH = 1000;
/** Narrowest that a passage is drawn, in thousandths of the width. */
const NARROWEST = 4;

/** Bands from each passage of A to the passage of B that it matches. For the eye only: the passages themselves are buttons. */
export const Ribbons = ({
  matches,
  active,
  durationA,
  durationB,
}: {
  matches: readonly Match[];
  active: number;
  durationA: number;
  durationB: number;
}) => (
  <svg class="ribbons" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
    <defs>
      <linearGradient id="a-to-b" x1="0" y1="0" x2="0" y2="1">
        <stop offset="0" class="stop-a" />
        <stop offset="1" class="stop-b" />
      </linearGradient>
    </defs>
    {matches.map((match, index) => (
      <path
        key={`${match.queryFrom}-${match.trackFrom}`}
        class={index === active ? 'active' : undefined}
        d={bandOf(match, durationA, durationB)}
        fill="url(#a-to-b)"
      />
    ))}
  </svg>
);

const bandOf = (match: Match, durationA: number, durationB: number): string => {
  const [a1, a2] = span(match.queryFrom, match.queryTo, durationA);
  const [b1, b2] = span(match.trackFrom, match.trackTo, durationB);
  const middle = HEIGHT / 2;
  return [
    `M${a1},0 C${a1},${middle} ${b1},${middle} ${b1},${HEIGHT}`,
    `L${b2},${HEIGHT} C${b2},${middle} ${a2},${middle} ${a2},0 Z`,
  ].join(' ');
};

const span = (from: number, to: number, duration: number): [number, number] => {
  const start = (from / duration) * WIDTH;
  return [start, Math.min(WIDTH, Math.max((to / duration) * WIDTH, start + NARROWEST))];
};
