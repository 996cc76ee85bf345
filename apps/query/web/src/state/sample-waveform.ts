import { getWaveform } from '../api/client.ts';
import type { Waveform } from '../api/types.ts';
import { type Sample, sample, sampleWaveform } from './session.ts';

/** Larger files are not decoded here; the server's peaks come with the answer. */
const DECODE_BYTES = 24_000_000;
const PEAKS_PER_SECOND = 40;
const MAX_PEAKS = 2_000;

/** Draws the sample before the answer comes, where its audio is at hand. Failing is fine: the answer brings peaks too. */
export const loadSampleWaveform = async (given: Sample): Promise<void> => {
  const waveform = await waveformOf(given).catch(() => null);
  if (waveform && sample.value === given) sampleWaveform.value = waveform;
};

const waveformOf = async (given: Sample): Promise<Waveform | null> => {
  if (given.kind === 'track') return getWaveform(given.track.trackId);
  return given.kind === 'file' ? peaksOfFile(given.file) : null;
};

/** The waveform of a file, decoded here; null where it is too large for that. */
export const peaksOfFile = async (file: File): Promise<Waveform | null> =>
  file.size <= DECODE_BYTES ? decodePeaks(await file.arrayBuffer()) : null;

const decodePeaks = async (bytes: ArrayBuffer): Promise<Waveform> => {
  const context = new OfflineAudioContext(1, 1, 22_050);
  const audio = await context.decodeAudioData(bytes);
  return { durationSeconds: audio.duration, peaks: peaksOf(audio.getChannelData(0), audio.sampleRate) };
};

/** Loudest sample of each tenth of a second, or of wider stretches where the audio is long. */
const peaksOf = (samples: Float32Array, sampleRate: number): number[] => {
  const count = Math.max(1, Math.min(MAX_PEAKS, Math.ceil((samples.length / sampleRate) * PEAKS_PER_SECOND)));
  const width = samples.length / count;
  return Array.from({ length: count }, (_, index) => {
    let peak = 0;
    for (let at = Math.floor(index * width); at < Math.floor((index + 1) * width); at++)
      peak = Math.max(peak, Math.abs(samples[at] ?? 0));
    return Math.min(1, peak);
  });
};
