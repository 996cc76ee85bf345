import type { ScoreCalibration } from '@soundalike/embedder';

/** Nothing of a lower score is called alike, however small the catalogue: among a dozen tracks chance brings little, and little more proves nothing. */
const LEAST_SCORE = 0.1;

/**
 * The similarity that the best of a catalogue's strangers reaches half of the time: below it, a match is what chance gives. It rises
 * ever more slowly with the number of tracks, from what a score of 0.1 needs to what weak matches of the same recording reach, never above.
 *
 * @returns a cosine of the model's space
 */
export const floorOf = (
  tracks: number,
  { floor, midpoint, slope }: Omit<ScoreCalibration, 'sameRecording'>,
): number => {
  const chance = floor.mean + floor.deviation * medianOfBest(Math.max(tracks, 1));
  const least = midpoint - Math.log(1 / LEAST_SCORE - 1) / slope;
  return Math.min(Math.max(chance, least), floor.ceiling);
};

/** Median of the largest of `count` draws from the standard normal distribution: the z with Phi(z)^count = 1/2. */
export const medianOfBest = (count: number): number => upperQuantile(-Math.expm1(-Math.LN2 / count));

/**
 * The z above which lies this share of the standard normal distribution, 0..0.5; absolute error below 4.5e-4
 * (Abramowitz & Stegun, Handbook of Mathematical Functions, 26.2.23).
 */
const upperQuantile = (share: number): number => {
  const t = Math.sqrt(-2 * Math.log(share));
  return (
    t -
    (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)))
  );
};
