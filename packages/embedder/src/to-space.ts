import type { SpaceTransform } from './embedder.ts';
import { invertMatrix } from './invert-matrix.ts';

export interface SpaceVector {
  /** Norm 1. */
  readonly vector: Float32Array;
  /** Norm before: `scale * vector` undoes the normalising. */
  readonly scale: number;
}

/** A raw CLMR vector as a vector of the embedding space: centred, whitened where the space says so, normalised. */
export const toSpace = (raw: Float32Array, transform: SpaceTransform): SpaceVector => {
  const centred = raw.map((value, index) => value - (transform.mean[index] ?? 0));
  const moved = transform.whitening ? multiply(transform.whitening, centred) : centred;
  const scale = Math.hypot(...moved);
  // A vector equal to the mean has no direction; any fixed one keeps it finite and comparable.
  if (scale === 0) return { vector: unit(raw.length), scale: 0 };
  return { vector: moved.map((value) => value / scale), scale };
};

/** The raw vector again: what `toSpace` was given, up to rounding. */
export const fromSpace = ({ vector, scale }: SpaceVector, transform: SpaceTransform): Float32Array => {
  const moved = vector.map((value) => value * scale);
  const centred = transform.whitening ? multiply(inverseOf(transform.whitening), moved) : moved;
  return centred.map((value, index) => value + (transform.mean[index] ?? 0));
};

/** The normalised mean of unit vectors: a track's own vector. */
export const meanVector = (vectors: readonly Float32Array[]): Float32Array => {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (vector[i] as number);
  const norm = Math.hypot(...sum);
  return norm === 0 ? unit(sum.length) : sum.map((value) => value / norm);
};

/** Inverting takes a good part of a second, so each whitening is inverted once. */
const inverseOf = (whitening: Float32Array): Float64Array => {
  const known = inverses.get(whitening);
  if (known) return known;
  const inverse = invertMatrix(whitening);
  inverses.set(whitening, inverse);
  return inverse;
};

const inverses = new WeakMap<Float32Array, Float64Array>();

const multiply = (matrix: Float32Array | Float64Array, vector: Float32Array): Float32Array => {
  const size = vector.length;
  return vector.map((_, row) => {
    let sum = 0;
    for (let column = 0; column < size; column++)
      sum += (matrix[row * size + column] as number) * (vector[column] as number);
    return sum;
  });
};

const unit = (size: number): Float32Array => {
  const vector = new Float32Array(size);
  vector[0] = 1;
  return vector;
};
