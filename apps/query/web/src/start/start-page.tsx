import './start-page.css';
import { Button, formatClock, formatLength, Note } from '@soundalike/design';
import { useEffect, useState } from 'preact/hooks';
import { findTracks } from '../api/client.ts';
import type { Track } from '../api/types.ts';
import { searchWith } from '../state/actions.ts';
import { loadCatalogue } from '../state/load-catalogue.ts';
import { startFailure, stats } from '../state/session.ts';
import { Pair } from './pair.tsx';

const OFFERED = 8;

/** Before there is a sample: what this is, and something to start from. */
export const StartPage = () => {
  const known = stats.value;
  return (
    <div class="start">
      <p class="lede">
        Drop ten seconds of anything. You get what sounds alike in your own catalogue, and the passages where
        it does.
      </p>
      {startFailure.value && (
        <Note tone="bad">
          {startFailure.value.message}{' '}
          <Button small onClick={() => void loadCatalogue()}>
            Try again
          </Button>
        </Note>
      )}
      {known?.tracks === 0 && (
        <Note>
          Nothing is indexed yet. Run <code>soundalike ingest</code> with a folder or a manifest; this page
          finds the tracks as they come in.
        </Note>
      )}
      {known && known.tracks > 0 && <Offer tracks={known.tracks} audioSeconds={known.audioSeconds} />}
    </div>
  );
};

const Offer = ({ tracks, audioSeconds }: { tracks: number; audioSeconds: number }) => {
  const [offered, setOffered] = useState<readonly Track[]>([]);
  useEffect(() => {
    findTracks('', 100).then(
      (page) => setOffered(spread(page.tracks)),
      () => {},
    );
  }, []);
  return (
    <section aria-labelledby="offer">
      {offered[0] && <Pair track={offered[0]} />}
      <h2 id="offer">
        Or start from one of {tracks.toLocaleString('en')} tracks, {formatLength(audioSeconds)} of audio
      </h2>
      <ul class="offer">
        {offered.map((track) => (
          <li key={track.trackId}>
            <button type="button" onClick={() => searchWith({ kind: 'track', track })}>
              <strong dir="auto">{track.title ?? track.location.path}</strong>
              <span dir="auto">{track.artist}</span>
              <span class="numeric">{formatClock(track.durationSeconds)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
};

/** A few of them, of different artists as far as there are. */
const spread = (tracks: readonly Track[]): Track[] => {
  const seen = new Set<string | null>();
  const others = tracks.filter(({ artist }) => !seen.has(artist) && seen.add(artist));
  return [...others, ...tracks.filter((track) => !others.includes(track))].slice(0, OFFERED);
};
