/**
 * Gives vectors zero mean and, up to shrinkage, unit covariance by a Cholesky factor of their own covariance. Cosines afterwards are those of
 * PCA whitening, which differs by a rotation only.
 *
 * @param shrinkage 0..1 towards the mean variance: 1 only centres
 * @returns unit vectors, in order
 */
export const whiten = (vectors: readonly Float32Array[], shrinkage: number): Float32Array[] => {
  const size = vectors[0]?.length ?? 0;
  const mean = new Float64Array(size);
  for (const vector of vectors)
    for (let i = 0; i < size; i++) mean[i] = (mean[i] as number) + (vector[i] as number) / vectors.length;
  const centred = vectors.map((vector) =>
    Float64Array.from(vector, (value, i) => value - (mean[i] as number)),
  );
  const factor = choleskyOf(shrunkCovariance(centred, size, shrinkage), size);
  return centred.map((vector) => unit(solveLower(factor, vector)));
};

const shrunkCovariance = (
  centred: readonly Float64Array[],
  size: number,
  shrinkage: number,
): Float64Array => {
  const covariance = new Float64Array(size * size);
  for (const vector of centred)
    for (let row = 0; row < size; row++)
      for (let column = 0; column <= row; column++)
        covariance[row * size + column] =
          (covariance[row * size + column] as number) +
          ((vector[row] as number) * (vector[column] as number)) / centred.length;
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i] as number;
  return covariance.map((value, at) => {
    const isDiagonal = Math.floor(at / size) === at % size;
    return (1 - shrinkage) * value + (isDiagonal ? (shrinkage * trace) / size + 1e-12 : 0);
  });
};

/** Lower triangle L with L L' = the matrix, of which only the lower triangle is read. */
const choleskyOf = (matrix: Float64Array, size: number): Float64Array => {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] as number;
      for (let k = 0; k < column; k++)
        sum -= (lower[row * size + k] as number) * (lower[column * size + k] as number);
      lower[row * size + column] =
        row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (lower[column * size + column] as number);
    }
  return lower;
};

const solveLower = (lower: Float64Array, vector: Float64Array): Float64Array => {
  const solved = new Float64Array(vector.length);
  for (let row = 0; row < vector.length; row++) {
    let sum = vector[row] as number;
    for (let k = 0; k < row; k++) sum -= (lower[row * vector.length + k] as number) * (solved[k] as number);
    solved[row] = sum / (lower[row * vector.length + row] as number);
  }
  return solved;
};

const unit = (vector: Float64Array): Float32Array => {
  const norm = Math.hypot(...vector) || 1;
  return Float32Array.from(vector, (value) => value / norm);
};
