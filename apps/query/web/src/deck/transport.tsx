import { Button, formatClock } from '@soundalike/design';
import type { Match } from '../api/types.ts';
import { refine } from '../state/actions.ts';
import { isAlternating, isPlaying, playable, type Side, side, swap, times, toggle } from '../state/player.ts';
import * as session from '../state/session.ts';

/** Length of a passage that is started without a mouse, seconds. */
const NEW_PASSAGE = 6;

/** Play, change sides, step through the passages, and what to do with the result. */
export const Transport = ({
  matches,
  onPassage,
}: {
  matches: readonly Match[];
  onPassage(index: number): void;
}) => {
  const chosen = session.chosen.value;
  const at = session.matchIndex.value;
  const match = matches[at];
  const weight = session.refinements.value.find(({ track }) => track.trackId === chosen?.trackId)?.weight;
  return (
    <div class="transport">
      <Button
        kind="primary"
        icon={isPlaying.value ? 'pause' : 'play'}
        label={isPlaying.value ? 'Pause' : 'Play'}
        disabled={!playable.a.value && !playable.b.value}
        onClick={toggle}
      />
      {chosen && (
        <>
          <fieldset class="sides">
            <legend class="sr-only">Side to hear</legend>
            {(['a', 'b'] as const).map((which) => (
              <SideButton key={which} which={which} />
            ))}
          </fieldset>
          <Button
            icon="swap"
            pressed={isAlternating.value}
            disabled={!match || !playable.a.value}
            label="Play the passage of A and of B in turn"
            onClick={() => {
              isAlternating.value = !isAlternating.value;
            }}
          >
            In turn
          </Button>
        </>
      )}
      {match && (
        <div class="passage-steps">
          <Button
            kind="quiet"
            small
            label="Passage before"
            disabled={at === 0}
            onClick={() => onPassage(at - 1)}
          >
            ←
          </Button>
          <p class="numeric">
            <span class="sr-only">Passage </span>
            {at + 1} of {matches.length}
            <span class="times">
              <b class="a">{formatClock(match.queryFrom)}</b> ↔{' '}
              <b class="b">{formatClock(match.trackFrom)}</b>
            </span>
          </p>
          <Button
            kind="quiet"
            small
            label="Next passage"
            disabled={at >= matches.length - 1}
            onClick={() => onPassage(at + 1)}
          >
            →
          </Button>
        </div>
      )}
      <div class="spring" />
      {session.sampleWaveform.value && (
        <Button small onClick={startSelection}>
          Select a passage
        </Button>
      )}
      {chosen && (
        <>
          <Button small icon="plus" pressed={weight === 1} onClick={() => refine(chosen, 1)}>
            More like B
          </Button>
          <Button small icon="minus" pressed={weight === -1} onClick={() => refine(chosen, -1)}>
            Less like B
          </Button>
        </>
      )}
    </div>
  );
};

const SideButton = ({ which }: { which: Side }) => (
  <button
    type="button"
    class={`letter ${which}`}
    aria-pressed={side.value === which}
    aria-label={which === 'a' ? 'Hear A, the sample' : 'Hear B, the track'}
    disabled={!playable[which].value}
    onClick={() => side.value !== which && swap()}
  >
    {which.toUpperCase()}
  </button>
);

const startSelection = () => {
  const which = side.value;
  const duration =
    (which === 'a' ? session.sampleWaveform.value?.durationSeconds : session.chosen.value?.durationSeconds) ??
    0;
  const from = Math.max(0, Math.min(times[which].value, duration - NEW_PASSAGE));
  session.selection.value = { side: which, from, to: Math.min(duration, from + NEW_PASSAGE) };
};
