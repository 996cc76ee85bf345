import { SoundalikeError } from '@soundalike/core';
import { type AudioInput, decodeAudio } from './decode/decode-audio.ts';
import { type Embedder, SAMPLE_RATE, WINDOW_SAMPLES } from './embedder.ts';
import { createSignature, type Signature } from './signature/compute-signature.ts';
import { sliceWindows } from './slice-windows.ts';
import { spread } from './spread-windows.ts';

/** Audio shorter than this has too little to compare, seconds. */
export const MIN_SECONDS = 2;

/** Peak below which audio counts as silent: -80 dBFS, under the noise of 16-bit recordings. */
const SILENCE_PEAK = 1e-4;

/** Windows given to the embedder at once while decoding goes on: keeps two cores busy, bounds memory to a few MB. */
const WINDOWS_IN_FLIGHT = 16;

export interface EmbedTrackOptions {
  readonly input: AudioInput;
  readonly embedder: Embedder;
  readonly ffmpeg: string;
  /** Samples from one window's start to the next's. Default: the model's catalogue hop. */
  readonly hopSamples?: number | undefined;
  /** Only so many windows, spread over the track; all of it is decoded all the same. */
  readonly windows?: number | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly maxSeconds?: number | undefined;
  readonly nice?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EmbeddedClip {
  /** From the start of the audio given (of `from`), ms. */
  readonly startMs: number;
  /** Raw CLMR vector. */
  readonly raw: Float32Array;
}

export interface EmbeddedTrack {
  readonly clips: readonly EmbeddedClip[];
  readonly durationSeconds: number;
  /** Spectral signature of the mixed audio, counted from its start. */
  readonly signature: Signature;
  /** Milliseconds spent waiting for ffmpeg and for the network; they overlap across tracks, not within one. */
  readonly timings: { readonly decode: number; readonly embed: number };
}

/**
 * Audio to clip embeddings as the catalogue keeps them: mixed to mono, windows of 2.678 s, the last one ending at the last
 * sample. Streams: memory does not grow with the length.
 *
 * @throws SoundalikeError `AUDIO_TOO_SHORT` under 2 s, `AUDIO_SILENT`, and those of `decodeAudio` and the embedder
 */
export const embedTrack = async (options: EmbedTrackOptions): Promise<EmbeddedTrack> => {
  const { embedder, signal } = options;
  const began = performance.now();
  const stats = { samples: 0, peak: 0 };
  const signature = createSignature();
  const decoded = await decodeAudio({ ...options, channels: 'mix' });
  const hopSamples = options.hopSamples ?? embedder.model.hopSamples;
  const clips: Promise<EmbeddedClip[]>[] = [];
  let batch: { startSample: number; samples: Float32Array }[] = [];
  let waited = 0;
  const send = async () => {
    const sent = batch;
    batch = [];
    const embedding = embedder
      .embed({ windows: sent.map(({ samples }) => samples), signal })
      .then((vectors) =>
        sent.map(({ startSample }, index) => ({
          startMs: msOf(startSample),
          raw: vectors[index] as Float32Array,
        })),
      );
    embedding.catch(() => undefined); // awaited below; until then a failure must not count as unhandled
    const before = clips.at(-1);
    clips.push(embedding);
    // Wait for the batch before this one, so that at most two are in flight.
    const from = performance.now();
    await before;
    waited += performance.now() - from;
  };
  const windows = sliceWindows(measured(decoded.chunks, stats, signature), {
    windowSamples: WINDOW_SAMPLES,
    hopSamples,
    tail: 'align',
  });
  let lastMs = -1;
  for await (const window of options.windows === undefined ? windows : spread(windows, options.windows)) {
    // Rows are named by whole milliseconds: a last window that starts within the same one as the window before adds nothing.
    const startMs = msOf(window.startSample);
    if (startMs === lastMs) continue;
    lastMs = startMs;
    batch.push(window);
    if (batch.length >= WINDOWS_IN_FLIGHT / 2) await send();
  }
  checkAudible(stats, options.input);
  if (batch.length > 0) await send();
  const decodedAt = performance.now();
  const all = (await Promise.all(clips)).flat();
  const embed = waited + performance.now() - decodedAt;
  return {
    clips: all,
    durationSeconds: stats.samples / SAMPLE_RATE,
    signature: signature.finish(),
    timings: { decode: performance.now() - began - embed, embed },
  };
};

const msOf = (sample: number): number => Math.round((sample / SAMPLE_RATE) * 1000);

async function* measured(
  chunks: AsyncIterable<Float32Array>,
  stats: { samples: number; peak: number },
  signature: ReturnType<typeof createSignature>,
) {
  for await (const chunk of chunks) {
    signature.push(chunk);
    stats.samples += chunk.length;
    if (stats.peak < SILENCE_PEAK)
      for (const sample of chunk) stats.peak = Math.max(stats.peak, Math.abs(sample));
    yield chunk;
  }
}

/**
 * Refuses audio in which there is nothing to hear.
 *
 * @param input the file, and of it the passage from and to so many seconds, where one was asked for
 * @throws SoundalikeError `AUDIO_TOO_SHORT` under 2 s, `AUDIO_SILENT` below -80 dBFS
 */
export const checkAudible = (
  { samples, peak }: { samples: number; peak: number },
  input: AudioInput & { from?: number | undefined; to?: number | undefined },
) => {
  const name = 'path' in input ? input.path : 'the audio';
  const seconds = samples / SAMPLE_RATE;
  if (seconds < MIN_SECONDS)
    throw new SoundalikeError('AUDIO_TOO_SHORT', shortness(name, seconds, input), { fields: { seconds } });
  if (peak < SILENCE_PEAK)
    throw new SoundalikeError('AUDIO_SILENT', `${name} is silent: no sample above -80 dBFS`, {
      fields: { peak },
    });
};

const shortness = (
  name: string,
  seconds: number,
  { from = 0, to }: { from?: number | undefined; to?: number | undefined },
): string => {
  const least = `at least ${MIN_SECONDS} s are needed`;
  if (from === 0 && to === undefined) return `${name} is ${seconds.toFixed(2)} s long; ${least}`;
  if (seconds === 0 && from > 0) return `${name} ends before ${from} s`;
  return `of ${name}, ${seconds.toFixed(2)} s lie ${to === undefined ? `after ${from} s` : `between ${from} s and ${to} s`}; ${least}`;
};
