import './map.css';
import { Button, Chip, Note, Progress } from '@soundalike/design';
import { useEffect } from 'preact/hooks';
import { getTrack } from '../api/client.ts';
import type { MapPoint } from '../api/types.ts';
import { searchWith } from '../state/actions.ts';
import { isPlaying, pause } from '../state/player.ts';
import { stats } from '../state/session.ts';
import { MapCanvas } from './map-canvas.tsx';
import * as state from './map-state.ts';

/** Genres offered as chips; the rest have their names on the map. */
const CHIPS = 14;
/** Rows listed of what the lasso gathered. */
const LISTED = 200;
/** Tracks that one search can be drawn by. */
const MOST_SEEDS = 8;

/** The catalogue as a map: what lies near sounds alike. */
export const MapView = () => {
  useEffect(() => state.loadMap(), []);
  const map = state.map.value;
  return (
    <div class="map-view">
      <header>
        <h1>The catalogue, by ear</h1>
        <p>{introOf(map?.points.length ?? 0)}</p>
      </header>
      {state.failure.value && (
        <Note tone="bad">
          {state.failure.value.message}{' '}
          <Button small onClick={() => state.loadMap()}>
            Try again
          </Button>
        </Note>
      )}
      {map?.state === 'empty' && <Note>There is nothing to draw: no track is indexed yet.</Note>}
      {map?.state === 'computing' && (
        <div class="working">
          <p role="status">Drawing the map for the first time. A few thousand tracks take some seconds …</p>
          <Progress label="Making the map" />
        </div>
      )}
      {map?.state === 'ready' && (
        <div class="map-area">
          <div class="map-frame">
            <MapCanvas />
            <Button
              class="lasso-button"
              small
              icon="lasso"
              pressed={state.isLassoing.value}
              onClick={() => {
                state.isLassoing.value = !state.isLassoing.value;
              }}
            >
              Lasso
            </Button>
          </div>
          <Side />
        </div>
      )}
    </div>
  );
};

const introOf = (shown: number): string => {
  const all = stats.value?.tracks ?? shown;
  const part =
    shown > 0 && all > shown * 1.1
      ? ` ${shown.toLocaleString('en')} of ${all.toLocaleString('en')} tracks, drawn evenly.`
      : '';
  return `Tracks that lie near each other sound alike; directions mean nothing.${part}`;
};

const GenreChips = () => (
  <div class="chips">
    {state.places.value.slice(0, CHIPS).map(({ name, count }) => (
      <Chip
        key={name}
        pressed={state.genre.value === name}
        count={count}
        onClick={() => {
          state.genre.value = state.genre.value === name ? null : name;
        }}
      >
        {name}
      </Chip>
    ))}
  </div>
);

/** What is being heard, and what the lasso gathered. */
const Side = () => {
  const pinned = state.pinned.value;
  const gathered = state.gathered.value;
  return (
    <aside class="map-side" aria-label="Tracks of the map">
      <GenreChips />
      {pinned && (
        <section class="pinned">
          <h2 dir="auto">{pinned.title ?? pinned.trackId}</h2>
          <p dir="auto">{[pinned.artist, pinned.genre].filter(Boolean).join(' · ')}</p>
          <p class="actions">
            <Button
              small
              icon={isPlaying.value ? 'pause' : 'play'}
              onClick={() => (isPlaying.value ? pause() : state.hear(pinned))}
            >
              {isPlaying.value ? 'Pause' : 'Play'}
            </Button>
            <Button small kind="primary" icon="search" onClick={() => void searchFrom([pinned])}>
              Search with it
            </Button>
          </p>
        </section>
      )}
      {gathered.length > 0 ? (
        <section>
          <header>
            <h2>{gathered.length.toLocaleString('en')} gathered</h2>
            <Button
              small
              kind="quiet"
              onClick={() => {
                state.gathered.value = [];
              }}
            >
              Clear
            </Button>
          </header>
          <p class="actions">
            <Button small kind="primary" icon="search" onClick={() => void searchFrom(gathered)}>
              {gathered.length > MOST_SEEDS ? `Search with the first ${MOST_SEEDS}` : 'Search with these'}
            </Button>
          </p>
          <ol>
            {gathered.slice(0, LISTED).map((point) => (
              <li key={point.trackId}>
                <button
                  type="button"
                  aria-current={pinned?.trackId === point.trackId ? 'true' : undefined}
                  onClick={() => state.hear(point)}
                  onMouseEnter={() => {
                    state.hovered.value = point;
                  }}
                >
                  <strong dir="auto">{point.title ?? point.trackId}</strong>
                  <span dir="auto">{[point.artist, point.genre].filter(Boolean).join(' · ')}</span>
                </button>
              </li>
            ))}
          </ol>
        </section>
      ) : (
        !pinned && (
          <p class="hint">
            Click a point to hear it. Draw around some with the lasso, or with Shift held, to list them.
            Scroll or pinch to come closer.
          </p>
        )
      )}
    </aside>
  );
};

/** The first is the sample, the others draw the search towards them. */
const searchFrom = async (points: readonly MapPoint[]) => {
  const tracks = await Promise.all(points.slice(0, MOST_SEEDS).map(({ trackId }) => getTrack(trackId)));
  const [first, ...others] = tracks;
  if (!first) return;
  searchWith(
    { kind: 'track', track: first },
    null,
    others.map((track) => ({ track, weight: 1 })),
  );
};
