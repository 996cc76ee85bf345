import { DIMENSION, type SpaceTransform } from './embedder.ts';

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
 */
export const createTransformFit = (): TransformFit => {
  const sum = new Float64Array(DIMENSION);
  /** Lower triangle of the sum of products, about `origin`, so that nothing cancels. */
  const products = new Float64Array(DIMENSION ** 2);
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
      for (let row = 0; row < DIMENSION; row++) {
        const value = values[row] as number;
        sum[row] = (sum[row] as number) + value;
        const base = row * DIMENSION;
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
      return { mean, whitening: whiteningOf(covarianceOf(products, offset, count), shrinkage) };
    },
  };
};

const covarianceOf = (products: Float64Array, offset: Float64Array, count: number): Float64Array => {
  const covariance = new Float64Array(products.length);
  for (let row = 0; row < DIMENSION; row++)
    for (let column = 0; column <= row; column++) {
      const product = products[row * DIMENSION + column] as number;
      const expected = count * (offset[row] as number) * (offset[column] as number);
      covariance[row * DIMENSION + column] = (product - expected) / (count - 1);
    }
  return covariance;
};

const whiteningOf = (covariance: Float64Array, shrinkage: number): Float32Array => {
  let trace = 0;
  for (let i = 0; i < DIMENSION; i++) trace += covariance[i * DIMENSION + i] as number;
  const average = trace / DIMENSION;
  const shrunk = covariance.map((value) => (1 - shrinkage) * value);
  for (let i = 0; i < DIMENSION; i++)
    shrunk[i * DIMENSION + i] = (shrunk[i * DIMENSION + i] as number) + shrinkage * average;
  return Float32Array.from(invertLower(factor(shrunk)), (value) => value * Math.sqrt(average));
};

/** Cholesky: the lower triangle L with L Lᵀ = the matrix. */
const factor = (matrix: Float64Array): Float64Array => {
  const lower = new Float64Array(matrix.length);
  for (let row = 0; row < DIMENSION; row++)
    for (let column = 0; column <= row; column++) {
      let value = matrix[row * DIMENSION + column] as number;
      for (let k = 0; k < column; k++)
        value -= (lower[row * DIMENSION + k] as number) * (lower[column * DIMENSION + k] as number);
      if (row > column)
        lower[row * DIMENSION + column] = value / (lower[column * DIMENSION + column] as number);
      else if (value > 0) lower[row * DIMENSION + row] = Math.sqrt(value);
      else throw new RangeError('the vectors do not fill all dimensions: a larger shrinkage is needed');
    }
  return lower;
};

const invertLower = (lower: Float64Array): Float64Array => {
  const inverse = new Float64Array(lower.length);
  for (let column = 0; column < DIMENSION; column++) {
    inverse[column * DIMENSION + column] = 1 / (lower[column * DIMENSION + column] as number);
    for (let row = column + 1; row < DIMENSION; row++) {
      let value = 0;
      for (let k = column; k < row; k++)
        value += (lower[row * DIMENSION + k] as number) * (inverse[k * DIMENSION + column] as number);
      inverse[row * DIMENSION + column] = -value / (lower[row * DIMENSION + row] as number);
    }
  }
  return inverse;
};
