import { choleskyOf } from './cholesky.ts';
import { DIMENSION, type SpaceTransform } from './embedder.ts';

/** What a user's own collection is whitened with; of the choices the best or level with it on music that took no part. */
export const SHRINKAGE = 0.3;

/** Raw vectors, one after the other, into the transform that centres and, where asked for, whitens them. */
export interface TransformFit {
  readonly count: number;
  add(raw: Float32Array): void;
  /**
   * @param shrinkage 0..1 towards the mean variance, which keeps directions that few vectors show from being blown up; undefined only centres
   * @throws RangeError for fewer vectors than a mean needs, or a covariance that is not positive (shrink it)
   */
  finish(shrinkage: number | undefined): SpaceTransform;
}

/**
 * Streams: memory is one matrix, whatever the number of vectors. The whitening is the inverse Cholesky factor of the covariance: it gives the
 * cosines of PCA or ZCA whitening, from which it differs by a rotation, without eigenvectors. Lengths stay near those of the raw vectors.
 *
 * @param size of the vectors
 */
export const createTransformFit = (size = DIMENSION): TransformFit => {
  const sum = new Float64Array(size);
  /** Lower triangle of the sum of products, about `origin`, so that nothing cancels. */
  const products = new Float64Array(size ** 2);
  let origin: Float64Array | undefined;
  let count = 0;
  return {
    get count() {
      return count;
    },
    add: (raw) => {
      origin ??= Float64Array.from(raw);
      const from = origin;
      const values = Float64Array.from(raw, (value, at) => value - (from[at] as number));
      count += 1;
      for (let row = 0; row < size; row++) {
        const value = values[row] as number;
        sum[row] = (sum[row] as number) + value;
        const base = row * size;
        for (let column = 0; column <= row; column++)
          products[base + column] = (products[base + column] as number) + value * (values[column] as number);
      }
    },
    finish: (shrinkage) => {
      if (!origin || count < 2) throw new RangeError('a transform is fitted to at least two vectors');
      const from = origin;
      const offset = sum.map((value) => value / count);
      const mean = Float32Array.from(offset, (value, at) => value + (from[at] as number));
      if (shrinkage === undefined) return { mean };
      return { mean, whitening: whiteningOf(covarianceOf(products, offset, count), shrinkage, size) };
    },
  };
};

const covarianceOf = (products: Float64Array, offset: Float64Array, count: number): Float64Array => {
  const size = offset.length;
  const covariance = new Float64Array(products.length);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      const product = products[row * size + column] as number;
      const expected = count * (offset[row] as number) * (offset[column] as number);
      covariance[row * size + column] = (product - expected) / (count - 1);
    }
  return covariance;
};

const whiteningOf = (covariance: Float64Array, shrinkage: number, size: number): Float32Array => {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i] as number;
  const average = trace / size;
  const shrunk = covariance.map((value) => (1 - shrinkage) * value);
  for (let i = 0; i < size; i++)
    shrunk[i * size + i] = (shrunk[i * size + i] as number) + shrinkage * average;
  return Float32Array.from(
    invertLower(choleskyOf(shrunk, refuseFlat), size),
    (value) => value * Math.sqrt(average),
  );
};

const refuseFlat = (square: number): number => {
  if (square > 0) return square;
  throw new RangeError('the vectors do not fill all dimensions: a larger shrinkage is needed');
};

const invertLower = (lower: Float64Array, size: number): Float64Array => {
  const inverse = new Float64Array(lower.length);
  for (let column = 0; column < size; column++) {
    inverse[column * size + column] = 1 / (lower[column * size + column] as number);
    for (let row = column + 1; row < size; row++) {
      let value = 0;
      for (let k = column; k < row; k++)
        value += (lower[row * size + k] as number) * (inverse[k * size + column] as number);
      inverse[row * size + column] = -value / (lower[row * size + row] as number);
    }
  }
  return inverse;
};
