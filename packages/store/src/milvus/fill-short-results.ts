import { keepBest } from '../keep-best.ts';
import type { Condition } from '../plan-filter.ts';
import type { TableSearch } from '../space-tables.ts';
import type { MilvusRow } from './collections.ts';

/** Most rows that are fetched with their vectors to be compared here, 8 MB. */
const MOST_ROWS = 4_000;

/** So few rows are compared exactly whatever was found, 2 MB: an index that a strict filter thins out finds some of them, not the nearest. */
const FEW_ROWS = 1_000;

/**
 * Completes a filtered search that found fewer rows than pass the filter. Milvus searches data that is not indexed yet
 * through an interim index of which it looks into a part, so a strict filter was measured to lose most of its rows (36 of 100
 * found, 216 there), and until every segment has its index, the rows it does find are not always the nearest (0.74 of them with 420
 * there). Then the rows that pass are fetched and compared exactly.
 */
export const fillShortResults = async (options: {
  search: TableSearch;
  key: string;
  hits: MilvusRow[][];
  countMatches(): Promise<number>;
  fetchMatches(): Promise<MilvusRow[]>;
}): Promise<MilvusRow[][]> => {
  const { search, key, hits, countMatches, fetchMatches } = options;
  const { vectors, k, conditions } = search;
  const isShort = hits.some(({ length }) => length < k);
  if (!isShort && !conditions.some(mayBeStrict)) return hits;
  const matches = await countMatches();
  const isFew = matches <= FEW_ROWS;
  const enough = Math.min(k, matches);
  if (!isFew && (matches > MOST_ROWS || hits.every(({ length }) => length >= enough))) return hits;
  const rows = await fetchMatches();
  return hits.map((found, at) =>
    !isFew && found.length >= enough ? found : nearest(rows, vectors[at] as Float32Array, k, key),
  );
};

/** Leaving some rows out thins nothing. */
const mayBeStrict = (condition: Condition): boolean =>
  condition.kind === 'text' ? !condition.negate : condition.kind === 'range' || condition.mode !== 'none';

const nearest = (rows: readonly MilvusRow[], vector: Float32Array, k: number, key: string): MilvusRow[] => {
  const best = keepBest<MilvusRow>(k, (row) => row[key] as string);
  for (const row of rows) best.offer(row, cosine(vector, row.vector as Float32Array));
  return best.list().map(({ row, score }) => ({ ...row, score }));
};

const cosine = (a: Float32Array, b: Float32Array): number => {
  let product = 0;
  let normA = 0;
  let normB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    product += x * y;
    normA += x * x;
    normB += y * y;
  }
  return product / Math.sqrt(normA * normB);
};
