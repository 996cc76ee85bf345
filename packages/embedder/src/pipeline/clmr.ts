import { availableParallelism } from 'node:os';
import { SoundalikeError } from '@soundalike/core';
import { type AudioFrames, decodeAudio } from '../decode/decode-audio.ts';
import { MIN_SECONDS } from '../embed-track.ts';
import { type Embedder, SAMPLE_RATE, WINDOW_SAMPLES } from '../embedder.ts';
import { type ClipVectors, clipVectors } from './clip-vectors.ts';
import type { Item, Stage } from './item.ts';
import type { LazyAudio } from './lazy-audio.ts';
import { mapAhead } from './map-ahead.ts';
import type { PipelineContext } from './pipeline-options.ts';
import { cutFrames } from './time-window.ts';

export interface ClmrOptions {
  /** An installed model. Default: the trained one where there is one. */
  readonly model?: string | undefined;
  /** Only `onnx` runs here; Towhee's default `pytorch` is refused with words on what replaces it. */
  readonly framework?: 'onnx' | 'pytorch' | undefined;
}

/** Pieces of audio under way at once: enough windows for each core, a bounded number in memory. */
const AHEAD = Math.max(2, availableParallelism());

/** Windows of one piece given to the embedder at once while its decoding goes on. */
const WINDOWS_AT_ONCE = 16;

/**
 * Audio or frames to raw clip embeddings: windows of 59,049 samples side by side, a rest at the end dropped, channels apart.
 * From 2 s up to one window the signal is repeated until the window is full.
 *
 * @throws SoundalikeError `INPUT_INVALID` for `framework: 'pytorch'`; while running `AUDIO_TOO_SHORT` under 2 s and those of decoding
 *   and of the embedder
 */
export const clmrStage = (
  context: PipelineContext,
  { model, framework = 'onnx' }: ClmrOptions,
): Stage<LazyAudio | AudioFrames, ClipVectors> => {
  if (framework !== 'onnx') throw wrongFramework(framework);
  return async function* <Carry>(items: AsyncIterable<Item<Carry, LazyAudio | AudioFrames>>) {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, ...(context.signal ? [context.signal] : [])]);
    let acquired: ReturnType<PipelineContext['acquireEmbedder']> | undefined;
    try {
      yield* mapAhead(items, {
        depth: AHEAD,
        stop: () => stop.abort(),
        work: async ({ carry, value }) => {
          acquired ??= context.acquireEmbedder(model);
          const { embedder } = await acquired;
          const vectors =
            'open' in value
              ? await embedAudio(value, embedder, signal)
              : await embedFrames(context, value, embedder, signal);
          return { carry, value: clipVectors(vectors) };
        },
      });
    } finally {
      await acquired?.then(
        ({ release }) => release(),
        () => undefined,
      );
    }
  };
};

const wrongFramework = (framework: string) =>
  new SoundalikeError(
    'INPUT_INVALID',
    `clmr: framework "${framework}" does not run here. Leave it out: the network runs on ONNX Runtime and gives the same ` +
      'vectors within 1e-4; weights of your own (.pt) become a model with `soundalike model convert FILE`',
    { fields: { framework } },
  );

const embedFrames = async (
  context: PipelineContext,
  frames: AudioFrames,
  embedder: Embedder,
  signal: AbortSignal,
): Promise<Float32Array[]> => {
  if (frames.sampleRate === SAMPLE_RATE) return embedder.embed({ windows: windowsOf(frames), signal });
  const decode = async () =>
    decodeAudio({
      input: frames,
      ffmpeg: await context.findFfmpeg(),
      channels: 'separate',
      nice: context.nice,
      signal,
    });
  return embedAudio({ source: nameOf(frames), open: decode }, embedder, signal);
};

/** A whole piece as a stream: however long it is, some windows of it are in memory. */
const embedAudio = async (
  audio: LazyAudio,
  embedder: Embedder,
  signal: AbortSignal,
): Promise<Float32Array[]> => {
  const { chunks, channels, sampleRate } = await audio.open({ signal });
  const batches: Promise<Float32Array[]>[] = [];
  let windows: Float32Array[] = [];
  const send = async () => {
    const embedding = embedder.embed({ windows, signal });
    embedding.catch(() => undefined); // awaited below; until then a failure must not count as unhandled
    windows = [];
    await batches.push(embedding);
    await batches.at(-2);
  };
  let clips = 0;
  for await (const { samples } of cutFrames({ chunks, channels }, WINDOW_SAMPLES, WINDOW_SAMPLES)) {
    if (clips > 0 && samples.length < WINDOW_SAMPLES * channels) break;
    windows.push(...windowsOf({ samples, channels, sampleRate, source: audio.source }));
    clips += 1;
    if (windows.length >= WINDOWS_AT_ONCE) await send();
  }
  if (clips === 0) throw tooShort(audio.source, 0);
  if (windows.length > 0) await send();
  return (await Promise.all(batches)).flat();
};

/** The windows of interleaved samples, channels apart, time-major. @throws SoundalikeError `AUDIO_TOO_SHORT` */
export const windowsOf = (frames: AudioFrames & { source?: string }): Float32Array[] => {
  const { samples, channels } = frames;
  const length = Math.floor(samples.length / channels);
  if (length < MIN_SECONDS * SAMPLE_RATE) throw tooShort(nameOf(frames), length / SAMPLE_RATE);
  const clips = Math.max(1, Math.floor(length / WINDOW_SAMPLES));
  const windows: Float32Array[] = [];
  for (let clip = 0; clip < clips; clip++) {
    for (let channel = 0; channel < channels; channel++) {
      const window = new Float32Array(WINDOW_SAMPLES);
      for (let i = 0; i < WINDOW_SAMPLES; i++) {
        const frame = (clip * WINDOW_SAMPLES + i) % length;
        window[i] = samples[frame * channels + channel] as number;
      }
      windows.push(window);
    }
  }
  return windows;
};

const nameOf = (frames: AudioFrames & { source?: string }) => frames.source ?? 'The frames';

const tooShort = (name: string, seconds: number) =>
  new SoundalikeError(
    'AUDIO_TOO_SHORT',
    `${name}: ${seconds.toFixed(2)} s to embed; at least ${MIN_SECONDS} s are needed`,
    { fields: { seconds } },
  );
