import { DIMENSION } from '../embedder.ts';

/** Clip embeddings of one piece of audio: raw CLMR vectors, time-major (clip 0 left, clip 0 right, clip 1 left, …). */
export interface ClipVectors {
  readonly shape: readonly [rows: number, dimension: number];
  /** Row after row. */
  readonly data: Float32Array;
  /** One vector, a view into `data`. @throws RangeError */
  row(index: number): Float32Array;
}

export const clipVectors = (vectors: readonly Float32Array[]): ClipVectors => {
  const data = new Float32Array(vectors.length * DIMENSION);
  vectors.forEach((vector, row) => {
    data.set(vector, row * DIMENSION);
  });
  return {
    shape: [vectors.length, DIMENSION],
    data,
    row: (index) => {
      if (!(Number.isInteger(index) && index >= 0 && index < vectors.length))
        throw new RangeError(`row must be an integer from 0 to ${vectors.length - 1}, got ${index}`);
      return data.subarray(index * DIMENSION, (index + 1) * DIMENSION);
    },
  };
};
