import { useEffect, useState } from 'preact/hooks';
import { getWaveform } from '../api/client.ts';
import type { Waveform } from '../api/types.ts';

/** Waveforms seen so far: rows come and go as a search is refined. */
const known = new Map<string, Promise<Waveform>>();
const KEPT = 300;

/** The waveform of a track; null until it is there, and where it cannot be had. */
export const useTrackWaveform = (trackId: string | undefined): Waveform | null => {
  const [shown, setShown] = useState<{ trackId: string; waveform: Waveform }>();
  useEffect(() => {
    if (trackId === undefined) return undefined;
    let isCurrent = true;
    load(trackId).then(
      (waveform) => isCurrent && setShown({ trackId, waveform }),
      () => known.delete(trackId),
    );
    return () => {
      isCurrent = false;
    };
  }, [trackId]);
  return shown && shown.trackId === trackId ? shown.waveform : null;
};

const load = (trackId: string): Promise<Waveform> => {
  const waveform = known.get(trackId) ?? getWaveform(trackId);
  known.delete(trackId);
  known.set(trackId, waveform);
  const [oldest] = known.keys();
  if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
  return waveform;
};
