import type { ComponentChildren } from 'preact';
import { ThemeButton } from './theme.tsx';

export interface Place {
  readonly label: string;
  readonly href: string;
  readonly current: boolean;
  /** For places of the same page: changes the view without loading it again. */
  readonly onOpen?: (() => void) | undefined;
}

/** The band at the top of every page: name, places, and what the page adds at the right. */
export const Masthead = ({
  places,
  onHome,
  children,
}: {
  places: readonly Place[];
  /** Where the page itself is home: starts over without loading it again. */
  onHome?: (() => void) | undefined;
  children?: ComponentChildren;
}) => (
  <header class="masthead">
    <div>
      <a class="wordmark" href="/" onClick={onHome && ((event) => openHere(event, onHome))}>
        <Mark />
        <span class="name">Soundalike</span>
      </a>
      <nav aria-label="Places">
        {places.map((place) => (
          <a
            key={place.href}
            href={place.href}
            aria-current={place.current ? 'page' : undefined}
            onClick={(event) => place.onOpen && openHere(event, place.onOpen)}
          >
            {place.label}
          </a>
        ))}
      </nav>
      {children}
      <ThemeButton />
    </div>
  </header>
);

/** A plain click opens in the page; one with a modifier stays the browser's. */
const openHere = (event: MouseEvent, open: () => void) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  open();
};

/** Heights of the mark's bars: a short waveform, mirrored in the other side's colour. */
const BARS = [5, 9, 13, 7, 11, 4];

const Mark = () => (
  <svg width="27" height="28" viewBox="0 0 27 28" aria-hidden="true" focusable="false">
    {BARS.map((height, index) => (
      <g key={`${index}-${height}`}>
        <rect class="a" x={index * 4.6} y={13.4 - height} width="3" height={height} />
        <rect class="b" x={index * 4.6} y={14.6} width="3" height={height} />
      </g>
    ))}
  </svg>
);
