export interface RangeReader<Row> {
  keyOf(row: Row): string;
  /** At most `limit` rows with a key above `after` and up to `upTo`, any of them and in any order. */
  read(after: string, upTo: string | undefined, limit: number): Promise<Row[]>;
  /** How many rows have such a key. */
  count(after: string, upTo: string): Promise<number>;
}

/**
 * The `limit` rows that follow `after` in the order of keys, from a server that may answer a limited query with any rows
 * (Milvus promises no order). A range is believed when its answer is not cut off, or when its count says that nothing
 * lies between the rows; else a narrower range is asked for. A server that does answer in order costs one count a page.
 */
export const scanRange = async <Row>(
  reader: RangeReader<Row>,
  options: { after: string; limit: number; window: number },
): Promise<Row[]> => {
  const { limit, window } = options;
  const found: Row[] = [];
  let low = options.after;
  let high: string | undefined;
  while (found.length < limit) {
    const rows = await reader.read(low, high, window);
    rows.sort((a, b) => (reader.keyOf(a) < reader.keyOf(b) ? -1 : 1));
    if (rows.length < window) {
      found.push(...rows);
      if (high === undefined) break;
      low = high;
      high = undefined;
      continue;
    }
    const last = reader.keyOf(rows.at(-1) as Row);
    const between = await reader.count(low, last);
    if (between <= rows.length) {
      found.push(...rows);
      low = last;
      high = undefined;
      continue;
    }
    // The rows are a sample of the range: cut it where it holds about half of what one answer may.
    const cut = Math.floor((rows.length * window) / (2 * between));
    high = reader.keyOf(rows[Math.min(cut, rows.length - 2)] as Row);
  }
  return found.slice(0, limit);
};
