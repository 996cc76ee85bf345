import { SoundalikeError } from '@soundalike/core';
import { meanVector } from '@soundalike/embedder';
import type { Judgement } from './judge.ts';
import type { HeardSeed } from './seed-windows.ts';

/** Seeds that nearly cancel each other leave no direction; their blend is then scaled as if this much were left of it. */
const MIN_LENGTH = 0.5;

/** What rounding leaves of seeds that cancel each other altogether is shorter. */
const NOTHING_LEFT = 1e-4;

/** Several seeds as one point: added and subtracted by their weights. */
export interface Blend {
  /** Unit vector. */
  readonly vector: Float32Array;
  /** What the weighted sum of unit vectors measured: similarities to the blend are weighted sums divided by it. */
  readonly length: number;
}

/**
 * Adds and subtracts the seeds' mean vectors. One seed of weight 1 is itself.
 *
 * @throws SoundalikeError `INPUT_INVALID` where they cancel each other
 */
export const blend = (seeds: readonly HeardSeed[]): Blend => {
  const sum = new Float32Array(seeds[0]?.windows[0]?.vector.length ?? 0);
  for (const { windows, weight } of seeds) {
    const mean = meanVector(windows.map(({ vector }) => vector));
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + weight * (mean[i] as number);
  }
  const length = Math.hypot(...sum);
  if (!(length > NOTHING_LEFT))
    throw new SoundalikeError(
      'INPUT_INVALID',
      'The seeds cancel each other out, so nothing is left to search for. Change a weight, or leave a seed out.',
      { fields: { field: 'seeds' } },
    );
  const least = MIN_LENGTH * Math.max(...seeds.map(({ weight }) => Math.abs(weight)));
  return { vector: sum.map((value) => value / length), length: Math.max(length, least) };
};

/** One judgement over all seeds: similarity to the blend; verdict and passages of the positive seed that fits best. */
export const blendJudgements = (
  judged: readonly { weight: number; judgement: Judgement }[],
  { length }: Blend,
): Judgement => {
  const best = judged
    .filter(({ weight }) => weight > 0)
    .reduce((a, b) => (rankOf(b.judgement) > rankOf(a.judgement) ? b : a));
  if (judged.length === 1) return best.judgement;
  const sum = judged.reduce((total, { weight, judgement }) => total + weight * judgement.similarity, 0);
  return { ...best.judgement, similarity: Math.min(1, Math.max(-1, sum / length)) };
};

/** Of several seeds, one that is the same recording tells most. */
const rankOf = ({ isSameRecording, similarity }: Judgement): number =>
  Number(isSameRecording) * 2 + similarity;
