/**
 * Numbers from 0 to below 1 that a seed repeats: Marsaglia's xorshift32 ("Xorshift RNGs", 2003). Good enough to draw offsets, noise and
 * bootstrap samples with.
 */
export const seededRandom = (seed: number): (() => number) => {
  let state = (Math.imul(seed + 1, 2_654_435_761) ^ 0x9e37_79b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
};
