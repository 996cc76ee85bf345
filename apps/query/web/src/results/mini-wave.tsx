import { formatClock } from '@soundalike/design';
import type { SearchResult } from '../api/types.ts';
import { useTrackWaveform } from '../deck/use-waveform.ts';

const BARS = 120;

/** A result's whole waveform in a row, with its matched passages to click. */
export const MiniWave = ({ result, onPassage }: { result: SearchResult; onPassage(index: number): void }) => {
  const { waveform } = useTrackWaveform(result.trackId);
  const bars = barsOf(waveform?.peaks ?? []);
  return (
    <div class="mini-wave">
      <svg viewBox={`0 0 ${BARS} 20`} preserveAspectRatio="none" aria-hidden="true">
        <path
          d={bars.map((bar, at) => `M${at + 0.5},${10 - bar * 9.5}v${Math.max(0.6, bar * 19)}`).join('')}
        />
      </svg>
      {result.matches.map((match, index) => (
        <button
          type="button"
          key={`${match.queryFrom}-${match.trackFrom}`}
          style={{
            left: `${(match.trackFrom / result.durationSeconds) * 100}%`,
            width: `${((match.trackTo - match.trackFrom) / result.durationSeconds) * 100}%`,
          }}
          aria-label={`Hear the passage at ${formatClock(match.trackFrom)}`}
          title={`${formatClock(match.trackFrom)} – ${formatClock(match.trackTo)}`}
          onClick={() => onPassage(index)}
        />
      ))}
    </div>
  );
};

/** The loudest peak of each bar, against the loudest of all. */
const barsOf = (peaks: readonly number[]): number[] => {
  const loudest = Math.max(0.01, ...peaks);
  return Array.from({ length: BARS }, (_, bar) => {
    const from = Math.floor((bar * peaks.length) / BARS);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / BARS));
    return Math.max(0, ...peaks.slice(from, to)) / loudest;
  });
};
