import { useEffect, useState } from 'preact/hooks';
import { getWaveform } from '../api/client.ts';
import type { Waveform } from '../api/types.ts';

/** Waveforms seen so far: rows come and go as a search is refined. */
const known = new Map<string, Promise<Waveform>>();
const KEPT = 300;

export interface TrackWaveform {
  readonly waveform: Waveform | null;
  /** It cannot be had: the audio is gone, or is a link that is not kept. */
  readonly isMissing: boolean;
}

const COMING: TrackWaveform = { waveform: null, isMissing: false };

/** The waveform of a track, when it is there. */
export const useTrackWaveform = (trackId: string | undefined): TrackWaveform => {
  const [shown, setShown] = useState<TrackWaveform & { trackId: string }>();
  useEffect(() => {
    if (trackId === undefined) return undefined;
    let isCurrent = true;
    load(trackId).then(
      (waveform) => isCurrent && setShown({ trackId, waveform, isMissing: false }),
      () => {
        known.delete(trackId);
        if (isCurrent) setShown({ trackId, waveform: null, isMissing: true });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [trackId]);
  return shown && shown.trackId === trackId ? shown : COMING;
};

const load = (trackId: string): Promise<Waveform> => {
  const waveform = known.get(trackId) ?? getWaveform(trackId);
  known.delete(trackId);
  known.set(trackId, waveform);
  const [oldest] = known.keys();
  if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
  return waveform;
};
