import { SoundalikeError } from '@soundalike/core';
import type { AudioFrames, DecodedAudio } from '../decode/decode-audio.ts';
import { MIN_SECONDS } from '../embed-track.ts';
import type { Stage } from './item.ts';
import type { LazyAudio } from './lazy-audio.ts';
import type { PipelineContext } from './pipeline-options.ts';

export interface TimeWindowOptions {
  /** Length of a window, seconds. */
  readonly range: number;
  /** From one window's start to the next's, seconds. Default: `range`, so that windows lie side by side. */
  readonly step?: number | undefined;
}

/** A piece of decoded audio: interleaved samples and where they are from. */
export interface TimedFrames extends AudioFrames {
  /** From the start of the audio. */
  readonly startSeconds: number;
  readonly source: string;
}

/** @throws SoundalikeError `INPUT_INVALID` where range or step are no lengths of time */
export const timeWindowStage = (
  context: PipelineContext,
  { range, step = range }: TimeWindowOptions,
): Stage<LazyAudio, TimedFrames> => {
  for (const [name, value] of Object.entries({ range, step })) {
    if (!(Number.isFinite(value) && value > 0))
      throw new SoundalikeError(
        'INPUT_INVALID',
        `timeWindow: ${name} must be seconds above 0, got ${value}`,
        {
          fields: { [name]: value },
        },
      );
  }
  return async function* (items) {
    for await (const { carry, value: audio } of items) {
      const decoded = await audio.open({ signal: context.signal });
      const { sampleRate } = decoded;
      const frames = (seconds: number) => Math.max(1, Math.round(seconds * sampleRate));
      for await (const { start, samples } of cutFrames(decoded, frames(range), frames(step))) {
        const seconds = samples.length / decoded.channels / sampleRate;
        // What is left at the end is a window too, as long as there is something to embed; the first comes however short.
        if (start > 0 && samples.length < frames(range) * decoded.channels && seconds < MIN_SECONDS) break;
        const value: TimedFrames = {
          samples,
          sampleRate,
          channels: decoded.channels,
          startSeconds: start / sampleRate,
          source: audio.source,
        };
        yield { carry, value };
      }
    }
  };
};

/** Cuts `range` frames each `step` frames, the last piece as long as it is; keeps one window and a chunk in memory. */
export async function* cutFrames(
  { chunks, channels }: Pick<DecodedAudio, 'chunks' | 'channels'>,
  range: number,
  step: number,
): AsyncGenerator<{ start: number; samples: Float32Array }> {
  const [rangeSamples, stepSamples] = [range * channels, step * channels];
  let pending: Float32Array = new Float32Array(0);
  let length = 0;
  // Samples before the next window's start that have yet to be skipped (step > range).
  let skip = 0;
  let start = 0;
  let end = 0;
  for await (const chunk of chunks) {
    end += chunk.length;
    const fresh = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - fresh.length;
    if (length + fresh.length > pending.length) {
      const larger = new Float32Array(length + fresh.length + rangeSamples);
      larger.set(pending.subarray(0, length));
      pending = larger;
    }
    pending.set(fresh, length);
    length += fresh.length;
    let used = 0;
    for (; length - used >= rangeSamples; used += stepSamples, start += step) {
      yield { start, samples: pending.slice(used, used + rangeSamples) };
      if (length - used < stepSamples) {
        skip = stepSamples - (length - used);
        used = length;
        start += step;
        break;
      }
    }
    pending.copyWithin(0, used, length);
    length -= used;
  }
  // With overlap, what is left may have been heard already: only audio past the window before is a window of its own.
  const lastEnd = start === 0 ? 0 : (start - step) * channels + rangeSamples;
  if (length > 0 && end > lastEnd) yield { start, samples: pending.slice(0, length) };
}
