import { formatClock } from '@soundalike/design';
import type { Match } from '../api/types.ts';
import type { Side } from '../state/player.ts';

/** The matched passages of one side, as buttons over its waveform. */
export const PassageMarks = ({
  side,
  matches,
  active,
  duration,
  onOpen,
}: {
  side: Side;
  matches: readonly Match[];
  active: number;
  duration: number;
  onOpen(index: number): void;
}) => (
  <ol
    class={`marks ${side}`}
    aria-label={side === 'a' ? 'Matched passages of the sample' : 'Matched passages of the track'}
  >
    {matches.map((match, index) => {
      const from = side === 'a' ? match.queryFrom : match.trackFrom;
      const to = side === 'a' ? match.queryTo : match.trackTo;
      return (
        <li
          key={`${from}-${match.trackFrom}`}
          style={{ left: `${(from / duration) * 100}%`, width: `${((to - from) / duration) * 100}%` }}
        >
          <button
            type="button"
            aria-current={index === active ? 'true' : undefined}
            aria-label={`Hear passage ${index + 1}, ${formatClock(from)} to ${formatClock(to)}`}
            title={`${formatClock(from)} – ${formatClock(to)}`}
            onClick={() => onOpen(index)}
          />
        </li>
      );
    })}
  </ol>
);
