import './deck.css';
import { Button, formatClock, Note } from '@soundalike/design';
import type { ComponentChildren } from 'preact';
import { ApiError } from '../api/client.ts';
import type { Waveform } from '../api/types.ts';
import { choose, searchPassage, searchWith } from '../state/actions.ts';
import { cueMatch, side as heard, play, playable, type Side, seek, times } from '../state/player.ts';
import * as session from '../state/session.ts';
import { PassageMarks } from './passage-marks.tsx';
import { Ribbons } from './ribbons.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { Transport } from './transport.tsx';
import { useTrackWaveform } from './use-waveform.ts';
import { Wave } from './wave.tsx';

const WAVE_HEIGHT = 72;

/** The sample over the opened result: A over B, with bands between what matches. */
export const Deck = () => {
  const sample = session.sample.value;
  const chosen = session.chosen.value;
  const { waveform: waveB, isMissing } = useTrackWaveform(chosen?.trackId);
  const waveA = session.sampleWaveform.value;
  if (!sample) return null;
  const matches = chosen?.matches ?? [];
  const active = session.matchIndex.value;
  const open = (index: number, which: Side) => {
    if (!chosen) return;
    choose(chosen.trackId, { match: index });
    cueMatch(matches[index] ?? null);
    play(playable[which].value ? which : 'b');
  };
  return (
    <section class="deck" aria-label="Comparison">
      <SideHead side="a" title={session.nameOfSample(sample)} detail={detailOf(sample)} waveform={waveA}>
        <WholeAgain />
      </SideHead>
      <SideWave side="a" waveform={waveA} empty={emptyA(sample)}>
        {waveA && (
          <PassageMarks
            side="a"
            matches={matches}
            active={active}
            duration={waveA.durationSeconds}
            onOpen={(index) => open(index, 'a')}
          />
        )}
        {waveA && <Searched duration={waveA.durationSeconds} />}
      </SideWave>
      {chosen && (
        <>
          <div class="between">
            {waveA && (
              <Ribbons
                matches={matches}
                active={active}
                durationA={waveA.durationSeconds}
                durationB={chosen.durationSeconds}
              />
            )}
          </div>
          <SideWave
            side="b"
            waveform={waveB}
            empty={
              isMissing
                ? 'This track’s audio cannot be read here. What matched is known all the same.'
                : 'Drawing …'
            }
          >
            <PassageMarks
              side="b"
              matches={matches}
              active={active}
              duration={chosen.durationSeconds}
              onOpen={(index) => open(index, 'b')}
            />
          </SideWave>
          <SideHead
            side="b"
            title={chosen.title ?? chosen.externalId ?? chosen.location.path}
            detail={[chosen.artist, chosen.album, chosen.year].filter(Boolean).join(' · ')}
            waveform={waveB}
          />
        </>
      )}
      {(chosen || waveA) && <Transport matches={matches} onPassage={(index) => open(index, heard.value)} />}
      <SelectionBar
        onSearch={({ side: from, ...passage }) => {
          if (from === 'a') searchPassage(passage);
          else if (chosen) searchWith({ kind: 'track', track: chosen }, passage);
        }}
      />
      {sample.kind === 'link' && session.linkAudio.value instanceof ApiError && (
        <Note>
          The link was searched with, but its audio cannot be played here. {session.linkAudio.value.message}
        </Note>
      )}
      {sample.kind === 'missing-file' && (
        <p class="actions">
          <Button icon="file" onClick={() => document.getElementById('file-picker')?.click()}>
            Choose the file
          </Button>
        </p>
      )}
      {waveA && !playable.a.value && (sample.kind === 'file' || session.linkAudio.value === 'ready') && (
        <Note>This browser cannot play the sample’s format. Searching with it works all the same.</Note>
      )}
    </section>
  );
};

const SideHead = ({
  side,
  title,
  detail,
  waveform,
  children,
}: {
  side: Side;
  title: string;
  detail: string;
  waveform: Waveform | null;
  children?: ComponentChildren;
}) => (
  <header class={`side-head ${side}`}>
    <span class="letter" aria-hidden="true">
      {side.toUpperCase()}
    </span>
    <p>
      <span class="sr-only">{side === 'a' ? 'Sample: ' : 'Track: '}</span>
      <strong dir="auto">{title}</strong> <span class="detail">{detail}</span>
    </p>
    {children}
    <span class="numeric clock">
      {formatClock(times[side].value, { tenths: true })}
      {waveform && <span> / {formatClock(waveform.durationSeconds)}</span>}
    </span>
  </header>
);

const SideWave = ({
  side,
  waveform,
  empty,
  children,
}: {
  side: Side;
  waveform: Waveform | null;
  empty: string;
  children: ComponentChildren;
}) => {
  const selected = session.selection.value;
  return (
    <div class={`side-wave ${side}`} data-heard={heard.value === side}>
      {waveform ? (
        <Wave
          side={side}
          waveform={waveform}
          height={WAVE_HEIGHT}
          selection={selected?.side === side ? selected : null}
          onSeek={(seconds) => {
            if (!playable[side].value) return;
            seek(side, seconds);
            play(side);
          }}
          onSelect={(part) => {
            session.selection.value = { side, ...part };
          }}
        />
      ) : (
        <p class="no-wave">{empty}</p>
      )}
      {children}
    </div>
  );
};

/** Shades what was not searched, where only a part was. */
const Searched = ({ duration }: { duration: number }) => {
  const part = session.passage.value;
  if (!part) return null;
  return (
    <div class="unsearched" aria-hidden="true">
      <span style={{ width: `${(part.from / duration) * 100}%` }} />
      <span style={{ width: `${Math.max(0, 1 - part.to / duration) * 100}%` }} />
    </div>
  );
};

const WholeAgain = () => {
  const part = session.passage.value;
  if (!part) return null;
  return (
    <Button small icon="close" onClick={() => searchPassage(null)}>
      Only {formatClock(part.from)} – {formatClock(part.to)}
    </Button>
  );
};

const detailOf = (sample: session.Sample): string => {
  if (sample.kind === 'track')
    return [sample.track.artist, sample.track.album, sample.track.year].filter(Boolean).join(' · ');
  if (sample.kind === 'link') return new URL(sample.url).host;
  if (sample.kind === 'missing-file') return 'from another machine';
  return sample.isRecording ? 'from the microphone' : 'from your machine';
};

const emptyA = (sample: session.Sample): string => {
  if (sample.kind === 'missing-file')
    return 'This link was made with a file that is not kept here. Drop the file, or choose it, to search with it.';
  if (session.linkAudio.value === 'loading') return 'Fetching the audio to draw it …';
  return session.isBusy.value ? 'Listening …' : 'No waveform';
};
