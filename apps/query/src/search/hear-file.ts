import { checkAudible, decodeAudio, SAMPLE_RATE } from '@soundalike/embedder';
import { createPeaks } from '../waveform/create-peaks.ts';

/** A passage of a file as a query needs it. */
export interface HeardFile {
  /** Mono, 22,050 Hz. */
  readonly samples: Float32Array;
  readonly peaks: number[];
}

/**
 * Decodes a passage into memory: 88 kB a second, so the cap on a query's length caps its memory.
 *
 * @throws SoundalikeError those of decoding, `AUDIO_TOO_LONG`, `AUDIO_TOO_SHORT`, `AUDIO_SILENT`
 */
export const hearFile = async (options: {
  path: string;
  from: number;
  to: number | undefined;
  ffmpeg: string;
  maxSeconds: number;
  signal: AbortSignal;
}): Promise<HeardFile> => {
  const { path, from, to, ffmpeg, maxSeconds, signal } = options;
  const { chunks } = await decodeAudio({
    input: { path },
    ffmpeg,
    channels: 'mix',
    from,
    to,
    maxSeconds,
    atOnce: true,
    signal,
  });
  const parts: Float32Array[] = [];
  const peaks = createPeaks(SAMPLE_RATE);
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    peaks.add(chunk);
    length += chunk.length;
  }
  checkAudible({ samples: length, peak: peaks.loudest() }, { path, from, to });
  const samples = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return { samples, peaks: peaks.values() };
};
