/**
 * The lower triangle L with L Lᵀ = the matrix, of which only the lower triangle is read.
 *
 * @param matrix square, row-major, symmetric
 * @param pivot takes the square of each diagonal entry before its root: raises one that rounding has made too small, or throws
 */
export const choleskyOf = (matrix: Float64Array, pivot: (square: number) => number): Float64Array => {
  const size = Math.sqrt(matrix.length);
  const lower = new Float64Array(matrix.length);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] as number;
      for (let i = 0; i < column; i++)
        sum -= (lower[row * size + i] as number) * (lower[column * size + i] as number);
      lower[row * size + column] =
        row === column ? Math.sqrt(pivot(sum)) : sum / (lower[column * size + column] as number);
    }
  return lower;
};
