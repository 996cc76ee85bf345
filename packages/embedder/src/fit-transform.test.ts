import { DIMENSION } from './embedder.ts';
import { createTransformFit } from './fit-transform.ts';
import { fromSpace, toSpace } from './to-space.ts';

/** Standard normal numbers, seeded. */
const normals = (seed: number) => {
  let state = seed;
  const even = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(even())) * Math.cos(2 * Math.PI * even());
};

/** Vectors about 5 that are ten times as long in the first dimension, and whose second follows it. */
const draw = (count: number): Float32Array[] => {
  const next = normals(1);
  return Array.from({ length: count }, () => {
    const first = 10 * next();
    return Float32Array.from({ length: DIMENSION }, (_, at) => {
      if (at === 0) return 5 + first;
      return 5 + (at === 1 ? first / 2 + next() : next());
    });
  });
};

const fitted = (vectors: readonly Float32Array[]) => {
  const fit = createTransformFit();
  for (const vector of vectors) fit.add(vector);
  return fit;
};

test('the mean is the mean; nothing else where only centring is asked for', () => {
  const vectors = draw(100);
  const { mean, whitening } = fitted(vectors).finish(undefined);
  expect(whitening).toBeUndefined();
  const second = vectors.reduce((sum, vector) => sum + (vector[1] as number), 0) / vectors.length;
  expect(mean[1]).toBeCloseTo(second, 4);
});

test('whitened vectors have no direction that stands out, and can be turned back', () => {
  const vectors = draw(700);
  const transform = fitted(vectors).finish(0);
  const moved = vectors.map((raw) => {
    const { vector, scale } = toSpace(raw, transform);
    return vector.map((value) => value * scale);
  });
  const product = (a: number, b: number) =>
    moved.reduce((sum, vector) => sum + (vector[a] as number) * (vector[b] as number), 0) /
    (moved.length - 1);
  expect(product(1, 0) / product(0, 0)).toBeCloseTo(0, 3);
  expect(product(0, 0) / product(7, 7)).toBeCloseTo(1, 3);
  const raw = vectors[3] as Float32Array;
  const back = fromSpace(toSpace(raw, transform), transform);
  raw.forEach((value, at) => {
    expect(Math.abs(value - (back[at] as number))).toBeLessThan(2e-3);
  });
});

test('fewer vectors than dimensions need shrinkage', () => {
  const fit = fitted(draw(50));
  expect(fit.count).toBe(50);
  expect(() => fit.finish(0)).toThrow('larger shrinkage');
  expect(fit.finish(0.3).whitening?.every(Number.isFinite)).toBe(true);
});
