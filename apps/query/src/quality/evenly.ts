/** So many of the values, spread evenly over their order; all where there are no more. */
export const evenly = <T>(values: readonly T[], wanted: number): T[] =>
  values.length <= wanted
    ? [...values]
    : Array.from({ length: wanted }, (_, i) => values[Math.floor((i * values.length) / wanted)] as T);
