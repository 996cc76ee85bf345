import { seededRandom } from './seeded-random.ts';

/** A mean over queries with its 95 % interval. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Queries it was taken over. */
  readonly count: number;
}

const RESAMPLES = 1000;

/**
 * Mean and its percentile bootstrap interval (Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13): queries are drawn
 * again with replacement.
 *
 * @param values one number for each query; the differences of two systems for a paired comparison
 */
export const bootstrap = (values: readonly number[], seed = 1): Estimate => {
  const count = values.length;
  if (count === 0) return { mean: Number.NaN, low: Number.NaN, high: Number.NaN, count };
  const random = seededRandom(seed);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[Math.floor(random() * count)] as number;
    return sum / count;
  }).sort();
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / count,
    low: means[Math.floor(0.025 * RESAMPLES)] as number,
    high: means[Math.ceil(0.975 * RESAMPLES) - 1] as number,
    count,
  };
};

/** The same over the differences, query by query: two systems that meet the same queries differ where the interval leaves out 0. */
export const pairedDifference = (ours: readonly number[], theirs: readonly number[]): Estimate =>
  bootstrap(ours.map((value, index) => value - (theirs[index] as number)));
