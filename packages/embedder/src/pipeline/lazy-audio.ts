import { isLink, naming, openAudio } from '@soundalike/source';
import { type DecodedAudio, decodeAudio } from '../decode/decode-audio.ts';
import type { Item, Stage } from './item.ts';
import type { PipelineContext } from './pipeline-options.ts';
import type { AudioSource } from './sources.ts';

export interface DecodeStageOptions {
  /** `separate` (default, as Towhee does): each channel is embedded by itself. `mix`: one channel, equal weights. */
  readonly channels?: 'separate' | 'mix' | undefined;
}

/** Audio that is fetched and decoded when somebody reads it, and again for each further reader. */
export interface LazyAudio {
  /** Path, link, or words for samples in memory. */
  readonly source: string;
  /**
   * Starts decoding. What was opened is to be read or ended, so that ffmpeg and the file of a fetched link go away.
   *
   * @throws SoundalikeError those of `decodeAudio`, for links those of `openAudio`
   */
  open(options?: { signal?: AbortSignal | undefined }): Promise<DecodedAudio>;
}

/** A time limit for fetching one link, ms. */
const FETCH_TIMEOUT_MS = 120_000;

export const decodeStage = (
  context: PipelineContext,
  { channels = 'separate' }: DecodeStageOptions,
): Stage<AudioSource, LazyAudio> =>
  async function* (items) {
    for await (const { carry, value } of items)
      yield { carry, value: lazyAudio(context, value, channels) } as Item<typeof carry, LazyAudio>;
  };

export const lazyAudio = (
  context: PipelineContext,
  source: AudioSource,
  channels: 'separate' | 'mix',
): LazyAudio => ({
  source: typeof source === 'string' ? source : 'samples in memory',
  open: async ({ signal = context.signal } = {}) => {
    const ffmpeg = await context.findFfmpeg();
    const decode = (input: Parameters<typeof decodeAudio>[0]['input']) =>
      decodeAudio({ input, ffmpeg, channels, nice: context.nice, signal });
    if (typeof source !== 'string') return decode(source);
    if (!isLink(source)) return decode({ path: source });
    const audio = await openAudio({
      location: { root: null, path: source },
      roots: {},
      policy: {
        allow: context.allowFetch,
        maxBytes: context.maxFetchBytes,
        timeoutMs: FETCH_TIMEOUT_MS,
      },
      temporaryFolder: context.temporaryFolder,
      signal,
    });
    try {
      const decoded = await naming(audio, () => decode({ path: audio.path }));
      return { ...decoded, chunks: thenDispose(decoded.chunks, audio.dispose) };
    } catch (error) {
      await audio.dispose();
      throw error;
    }
  },
});

async function* thenDispose<T>(values: AsyncIterable<T>, dispose: () => Promise<void>): AsyncGenerator<T> {
  try {
    yield* values;
  } finally {
    await dispose();
  }
}
