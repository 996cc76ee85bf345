import { DIMENSION, type SpaceTransform, toSpace } from '@soundalike/embedder';
import { createConverter } from './convert-vectors.ts';

const random = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
};

/** A mean, and a whitening far enough from singular. */
const transform = (seed: number, whitened: boolean): SpaceTransform => {
  const next = random(seed);
  const mean = Float32Array.from({ length: DIMENSION }, next);
  if (!whitened) return { mean };
  const whitening = Float32Array.from({ length: DIMENSION ** 2 }, () => next() / 50);
  for (let i = 0; i < DIMENSION; i++) whitening[i * DIMENSION + i] = 1 + next() / 2;
  return { mean, whitening };
};

test.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])('stored vectors move as raw ones would (whitened before: %s, after: %s)', (before, after) => {
  const [from, to] = [transform(1, before), transform(2, after)];
  const convert = createConverter(from, to);
  const next = random(3);
  for (let i = 0; i < 5; i++) {
    const raw = Float32Array.from({ length: DIMENSION }, () => 3 * next());
    const { vector, scale } = toSpace(raw, to);
    const moved = convert({ startMs: 1000 * i, ...toSpace(raw, from) });
    expect(moved.startMs).toBe(1000 * i);
    expect(moved.scale).toBeCloseTo(scale, 2);
    expect(moved.vector.reduce((sum, value, at) => sum + value * (vector[at] as number), 0)).toBeCloseTo(
      1,
      5,
    );
  }
});
