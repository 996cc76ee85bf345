/**
 * The inverse of a square matrix by Gauss-Jordan elimination with partial pivoting, in double precision.
 *
 * @param matrix row-major
 * @throws RangeError where the matrix has no inverse
 */
export const invertMatrix = (matrix: ArrayLike<number>): Float64Array => {
  const size = Math.sqrt(matrix.length);
  const left = Float64Array.from(matrix);
  const right = new Float64Array(size * size);
  for (let i = 0; i < size; i++) right[i * size + i] = 1;
  for (let column = 0; column < size; column++) {
    const pivot = largestBelow(left, size, column);
    const value = left[pivot * size + column] as number;
    if (!(Math.abs(value) > 1e-12)) throw new RangeError('the matrix has no inverse');
    for (const side of [left, right]) {
      swapRows(side, size, pivot, column);
      for (let i = column * size; i < (column + 1) * size; i++) side[i] = (side[i] as number) / value;
    }
    for (let row = 0; row < size; row++) {
      const factor = left[row * size + column] as number;
      if (row === column || factor === 0) continue;
      for (const side of [left, right]) subtractRow(side, size, row, column, factor);
    }
  }
  return right;
};

const largestBelow = (matrix: Float64Array, size: number, column: number): number => {
  let best = column;
  for (let row = column + 1; row < size; row++)
    if (Math.abs(matrix[row * size + column] as number) > Math.abs(matrix[best * size + column] as number))
      best = row;
  return best;
};

const swapRows = (matrix: Float64Array, size: number, a: number, b: number) => {
  if (a === b) return;
  const kept = matrix.slice(a * size, (a + 1) * size);
  matrix.copyWithin(a * size, b * size, (b + 1) * size);
  matrix.set(kept, b * size);
};

const subtractRow = (matrix: Float64Array, size: number, row: number, from: number, factor: number) => {
  const [target, source] = [row * size, from * size];
  for (let i = 0; i < size; i++)
    matrix[target + i] = (matrix[target + i] as number) - factor * (matrix[source + i] as number);
};
