import { asApiError, getLinkAudio } from '../api/client.ts';
import { seek, setSource, side, times } from './player.ts';
import { peaksOfFile } from './sample-waveform.ts';
import {
  chosen,
  linkAudio,
  matchIndex,
  nameOfSample,
  type Sample,
  sample,
  sampleWaveform,
} from './session.ts';

/** Samples whose audio was asked for: refining a search does not fetch it again. */
const asked = new WeakSet<Sample>();

/** Once a link has been searched with, its audio is fetched to be seen whole and heard. */
export const loadLinkAudio = async (given: Sample | null): Promise<void> => {
  if (given?.kind !== 'link' || asked.has(given)) return;
  asked.add(given);
  linkAudio.value = 'loading';
  try {
    const blob = await getLinkAudio(given.url);
    const file = new File([blob], nameOfSample(given), { type: blob.type });
    if (sample.value !== given) return;
    const at = times.a.value;
    setSource('a', file);
    const match = chosen.value?.matches[matchIndex.value];
    // Where B is heard already, A waits where it would be now.
    if (match) seek('a', match.queryFrom + (side.value === 'b' ? times.b.value - match.trackFrom : 0));
    else seek('a', at);
    linkAudio.value = 'ready';
    const waveform = await peaksOfFile(file);
    if (waveform && sample.value === given) sampleWaveform.value = waveform;
  } catch (error) {
    if (sample.value !== given || linkAudio.value === 'ready') return;
    linkAudio.value = asApiError(error);
  }
};
