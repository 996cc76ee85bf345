/** Files worked on at once: decoding and embedding overlap. */
const AT_ONCE = 4;

/** Works on every value, a few at once, and gives the results in the values' order. */
export const inTurns = async <T, R>(
  values: readonly T[],
  work: (value: T, index: number) => Promise<R>,
): Promise<R[]> => {
  const results = new Array<R>(values.length);
  let next = 0;
  const turn = async () => {
    for (let index = next++; index < values.length; index = next++)
      results[index] = await work(values[index] as T, index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, turn));
  return results;
};
