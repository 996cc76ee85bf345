export interface SliceOptions {
  /** Samples in a window. */
  readonly windowSamples: number;
  /** Samples from one window's start to the next's, 1..windowSamples. */
  readonly hopSamples: number;
  /**
   * What becomes of samples after the last whole window. `drop`: nothing (Towhee). `align`: one more window that ends at
   * the last sample. A signal shorter than one window gives none with `drop`; with `align` it is repeated from its start until the window is full.
   */
  readonly tail: 'drop' | 'align';
}

export interface AudioWindow {
  readonly startSample: number;
  readonly samples: Float32Array;
}

/** Cuts a stream of mono samples into windows, lazily; keeps no more than two windows and a chunk in memory. */
export async function* sliceWindows(
  chunks: AsyncIterable<Float32Array>,
  options: SliceOptions,
): AsyncGenerator<AudioWindow> {
  const { windowSamples, hopSamples, tail } = options;
  if (!(Number.isInteger(hopSamples) && hopSamples >= 1 && hopSamples <= windowSamples)) {
    throw new RangeError(`hopSamples must be an integer from 1 to ${windowSamples}, got ${hopSamples}`);
  }
  // `pending` holds the signal from `start`, where the next window begins.
  let pending: Float32Array = new Float32Array(windowSamples * 2);
  let length = 0;
  let start = 0;
  let last: AudioWindow | undefined;
  for await (const chunk of chunks) {
    if (length + chunk.length > pending.length) pending = grown(pending, length + chunk.length);
    pending.set(chunk, length);
    length += chunk.length;
    let used = 0;
    for (; length - used >= windowSamples; used += hopSamples) {
      last = { startSample: start + used, samples: pending.slice(used, used + windowSamples) };
      yield last;
    }
    pending.copyWithin(0, used, length);
    length -= used;
    start += used;
  }
  if (tail === 'drop') return;
  const end = start + length;
  if (!last) {
    if (end > 0) yield { startSample: 0, samples: repeated(pending.subarray(0, length), windowSamples) };
    return;
  }
  if (end > last.startSample + windowSamples)
    yield endingAt(end, last, pending.subarray(0, length), start, windowSamples);
}

/** The window that ends at `end`, put together from the last whole window and what came after it. */
const endingAt = (
  end: number,
  last: AudioWindow,
  rest: Float32Array,
  restStart: number,
  windowSamples: number,
): AudioWindow => {
  const startSample = end - windowSamples;
  const samples = new Float32Array(windowSamples);
  samples.set(last.samples.subarray(startSample - last.startSample));
  const lastEnd = last.startSample + windowSamples;
  samples.set(rest.subarray(lastEnd - restStart), lastEnd - startSample);
  return { startSample, samples };
};

const repeated = (signal: Float32Array, length: number): Float32Array => {
  const filled = new Float32Array(length);
  for (let at = 0; at < length; at += signal.length) filled.set(signal.subarray(0, length - at), at);
  return filled;
};

const grown = (buffer: Float32Array, atLeast: number): Float32Array => {
  const larger = new Float32Array(Math.max(atLeast, buffer.length * 2));
  larger.set(buffer);
  return larger;
};
