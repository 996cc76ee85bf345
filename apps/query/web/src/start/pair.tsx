import { formatClock } from '@soundalike/design';
import { useEffect, useState } from 'preact/hooks';
import { getSimilar, getWaveform } from '../api/client.ts';
import type { SearchResult, Track, Waveform } from '../api/types.ts';
import { Ribbons } from '../deck/ribbons.tsx';
import { searchWith } from '../state/actions.ts';

interface Shown {
  readonly result: SearchResult;
  readonly a: Waveform;
  readonly b: Waveform;
}

/** One track of the catalogue over what sounds most like it: what this page does, shown with what is there. */
export const Pair = ({ track }: { track: Track }) => {
  const [shown, setShown] = useState<Shown>();
  useEffect(() => {
    let isCurrent = true;
    pairOf(track).then(
      (found) => isCurrent && found && setShown(found),
      () => {},
    );
    return () => {
      isCurrent = false;
    };
  }, [track]);
  return (
    <button
      type="button"
      class={shown ? 'pair shown' : 'pair'}
      onClick={() => searchWith({ kind: 'track', track })}
    >
      <Bars side="a" peaks={shown?.a.peaks ?? []} />
      <div class="between">
        {shown && (
          <Ribbons
            matches={shown.result.matches}
            active={0}
            durationA={shown.a.durationSeconds}
            durationB={shown.b.durationSeconds}
          />
        )}
      </div>
      <Bars side="b" peaks={shown?.b.peaks ?? []} />
      <p>
        <span class="sr-only">Search with {shown ? '' : nameOf(track)}</span>
        {shown && (
          <>
            <b class="a">A</b> {nameOf(track)} <b class="b">B</b> {nameOf(shown.result)}
            {shown.result.matches[0] && (
              <span class="numeric">
                {formatClock(shown.result.matches[0].queryFrom)} ↔{' '}
                {formatClock(shown.result.matches[0].trackFrom)}
              </span>
            )}
          </>
        )}
      </p>
    </button>
  );
};

const pairOf = async (track: Track): Promise<Shown | undefined> => {
  const [answer, a] = await Promise.all([getSimilar(track.trackId, 1), getWaveform(track.trackId)]);
  const [result] = answer.results;
  return result && { result, a, b: await getWaveform(result.trackId) };
};

const nameOf = ({ title, artist, location }: Track): string =>
  [title ?? location.path, artist].filter(Boolean).join(', ');

const BARS = 260;

const Bars = ({ side, peaks }: { side: 'a' | 'b'; peaks: readonly number[] }) => {
  const loudest = Math.max(0.01, ...peaks);
  const path = Array.from({ length: BARS }, (_, bar) => {
    const peak = (peaks[Math.floor((bar / BARS) * peaks.length)] ?? 0) / loudest;
    const height = Math.max(1, peak * 40);
    return side === 'a' ? `M${bar + 0.5},40v${-height}` : `M${bar + 0.5},0v${height}`;
  });
  return (
    <svg class={`bars ${side}`} viewBox={`0 0 ${BARS} 40`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path.join('')} />
    </svg>
  );
};
