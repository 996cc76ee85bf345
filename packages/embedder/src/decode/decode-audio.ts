import type { ChildProcess } from 'node:child_process';
import { SoundalikeError } from '@soundalike/core';
import { lastWords, probeAudio } from '@soundalike/source';
import { SAMPLE_RATE } from '../embedder.ts';
import { type Decoder, startDecoder } from './start-decoder.ts';

/** Audio that is already in memory: interleaved samples, -1..1. */
export interface AudioFrames {
  readonly samples: Float32Array;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
}

export type AudioInput = { readonly path: string } | AudioFrames;

export interface DecodeOptions {
  readonly input: AudioInput;
  readonly ffmpeg: string;
  /** `mix`: one channel, equal weights. `separate`: the channels as they are, interleaved. */
  readonly channels: 'mix' | 'separate';
  /** Seconds from the start. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** More audio than this is `AUDIO_TOO_LONG`, seconds. */
  readonly maxSeconds?: number | undefined;
  /** Niceness of ffmpeg, 0..19. */
  readonly nice?: number | undefined;
  /**
   * Somebody waits: decoding as stereo begins while the file is still being looked at. Any other number of channels costs one start of ffmpeg more. The
   * chunks must be read, or the signal aborted.
   */
  readonly atOnce?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface DecodedAudio {
  readonly sampleRate: typeof SAMPLE_RATE;
  /** Of the samples that come; 1 for `mix`. */
  readonly channels: number;
  /** Chunks of interleaved samples, whole frames, bounded memory: ffmpeg waits while nobody reads. */
  readonly chunks: AsyncIterable<Float32Array>;
}

/** What nearly all music has. */
const STEREO = 2;

/** ffmpeg gives nothing for this long although we are reading: it hangs. */
const STALL_MS = 60_000;

/**
 * Decodes any format that ffmpeg reads to float32 at 22,050 Hz, as a stream.
 *
 * The downmix is pinned (`pan`), because ffmpeg's own changes the level with the sample format; the resampler is swr's
 * default, which CLMR was trained with. A file that breaks off gives what could be decoded.
 *
 * @throws SoundalikeError (from the stream, too) those of `probeAudio`, `AUDIO_UNDECODABLE`, `AUDIO_TOO_LONG`, `TIMEOUT`, `CANCELLED`
 */
export const decodeAudio = async (options: DecodeOptions): Promise<DecodedAudio> => {
  const { input, atOnce = false } = options;
  const early = 'path' in input && atOnce ? startDecoder(options, STEREO) : undefined;
  try {
    const sourceChannels = 'path' in input ? (await probe(input.path, options)).channels : input.channels;
    const channels = options.channels === 'mix' ? 1 : sourceChannels;
    if (sourceChannels !== STEREO) early?.stop();
    const decoder = () =>
      early && sourceChannels === STEREO ? early : startDecoder(options, sourceChannels);
    return { sampleRate: SAMPLE_RATE, channels, chunks: stream(options, decoder, channels) };
  } catch (error) {
    early?.stop();
    throw error;
  }
};

const probe = async (
  path: string,
  { ffmpeg, signal, maxSeconds = Infinity, from = 0, to }: DecodeOptions,
) => {
  const found = await probeAudio({ path, ffmpeg, signal });
  if (found.channels < 1)
    throw new SoundalikeError('NO_AUDIO_STREAM', `${path} has an audio stream without channels`);
  const wanted = Math.min(to ?? Infinity, found.durationSeconds ?? 0) - from;
  if (wanted > maxSeconds) throw tooLong(path, maxSeconds);
  return found;
};

async function* stream(
  options: DecodeOptions,
  open: () => Decoder,
  channels: number,
): AsyncGenerator<Float32Array> {
  const { input, signal, maxSeconds } = options;
  const name = 'path' in input ? input.path : 'the frames';
  const { child, words, closed, stop } = open();
  let samples = 0;
  try {
    if (signal?.aborted) throw cancelled(name);
    if (!('path' in input)) feed(child, input.samples);
    const frameBytes = 4 * channels;
    for await (const chunk of wholeFrames(readWithStallLimit(child, name), frameBytes)) {
      samples += chunk.length / channels;
      if (maxSeconds !== undefined && samples > maxSeconds * SAMPLE_RATE) throw tooLong(name, maxSeconds);
      yield chunk;
    }
    const [exitCode, death] = await closed;
    if (signal?.aborted) throw cancelled(name);
    // What came before its death is only the beginning of the audio: never take it for the whole.
    if (death) {
      throw new SoundalikeError('DECODER_CRASHED', `ffmpeg ended by ${death} while decoding ${name}`, {
        fields: { path: name },
        detail: lastWords(words()),
      });
    }
    if (samples === 0 && exitCode !== 0) {
      throw new SoundalikeError('AUDIO_UNDECODABLE', `${name} could not be decoded`, {
        fields: { path: name },
        detail: lastWords(words()),
      });
    }
  } finally {
    stop();
  }
}

const feed = (child: ChildProcess, samples: Float32Array) => {
  child.stdin?.on('error', () => undefined); // ffmpeg may end before it has read everything (-t)
  child.stdin?.end(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
};

/** The time that a slow reader takes does not count, only the time that ffmpeg lets us wait. */
async function* readWithStallLimit(child: ChildProcess, name: string): AsyncGenerator<Buffer> {
  const iterator = (child.stdout as NodeJS.ReadableStream)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const stalled = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new SoundalikeError('TIMEOUT', `ffmpeg gave nothing of ${name} for ${STALL_MS / 1000} s`));
      }, STALL_MS);
    });
    const next = await Promise.race([iterator.next(), stalled]).finally(() => clearTimeout(timer));
    if (next.done) return;
    yield next.value;
  }
}

/** Pipes cut anywhere: carries the bytes of an unfinished frame over to the next chunk. */
async function* wholeFrames(chunks: AsyncIterable<Buffer>, frameBytes: number): AsyncGenerator<Float32Array> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % frameBytes);
    rest = bytes.subarray(whole);
    if (whole === 0) continue;
    // A copy: Float32Array needs an aligned start, and Node reuses its buffers.
    const copy = new ArrayBuffer(whole);
    new Uint8Array(copy).set(bytes.subarray(0, whole));
    yield new Float32Array(copy);
  }
}

const tooLong = (name: string, maxSeconds: number) =>
  new SoundalikeError('AUDIO_TOO_LONG', `${name} is longer than ${Math.round(maxSeconds / 6) / 10} minutes`, {
    fields: { path: name, maxSeconds },
  });

const cancelled = (name: string) => new SoundalikeError('CANCELLED', `Stopped while decoding ${name}`);
