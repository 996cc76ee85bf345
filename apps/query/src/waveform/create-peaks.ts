/** Peaks a second of a waveform. */
const PER_SECOND = 10;

/** Peaks of a waveform at most: more than a screen has pixels for. */
const MAX_PEAKS = 2_000;

export interface Peaks {
  add(samples: Float32Array): void;
  /** The loudest sample so far, 0 and up. */
  loudest(): number;
  /** The waveform, each value 0..1 with two decimals. */
  values(): number[];
}

/**
 * Collects the peaks of a stream of mono samples for drawing: about ten a second, fewer for long audio. Whenever there are too many,
 * neighbours are joined, so that memory stays bounded without the length being known.
 */
export const createPeaks = (sampleRate: number): Peaks => {
  let size = Math.round(sampleRate / PER_SECOND);
  let peaks: number[] = [];
  let current = 0;
  let filled = 0;
  let loudest = 0;
  const close = () => {
    peaks.push(current);
    loudest = Math.max(loudest, current);
    current = 0;
    filled = 0;
    if (peaks.length <= MAX_PEAKS) return;
    peaks = joined(peaks);
    size *= 2;
  };
  return {
    add: (samples) => {
      for (const sample of samples) {
        const level = sample < 0 ? -sample : sample;
        if (level > current) current = level;
        filled += 1;
        if (filled >= size) close();
      }
    },
    loudest: () => Math.max(loudest, current),
    values: () => [...peaks, ...(filled > 0 ? [current] : [])].slice(0, MAX_PEAKS).map(round),
  };
};

const joined = (peaks: readonly number[]): number[] =>
  Array.from({ length: Math.ceil(peaks.length / 2) }, (_, index) =>
    Math.max(peaks[2 * index] ?? 0, peaks[2 * index + 1] ?? 0),
  );

const round = (value: number): number => Math.round(Math.min(value, 1) * 100) / 100;
