import type { TableSearch } from '../space-tables.ts';
import type { TrackHit } from '../vector-store.ts';
import { isOneOf } from './compile-filter.ts';
import type { MilvusTable } from './milvus-table.ts';

const COLUMNS = ['track_id', 'content8', 'clip_count'];

/** The nearest tracks. Where the server leaves the primary key out (Lite), it is searched for alone and the rest is read by key. */
export const searchTracks = async (table: MilvusTable, search: TableSearch): Promise<TrackHit[][]> => {
  const hits = await table.search(search, COLUMNS);
  if (hits.flat().every((row) => row.track_id !== undefined))
    return hits.map((rows) => rows.map((row) => toHit(row, row)));
  const keys = await table.search(search, ['track_id']);
  const ids = [...new Set(keys.flat().map((row) => row.track_id as string))];
  const where = isOneOf('track_id', ids);
  const rows = await table.query({ where, columns: COLUMNS, consistency: search.consistency });
  const byId = new Map(rows.map((row) => [row.track_id, row]));
  return keys.map((found) =>
    found.flatMap((key) => {
      const row = byId.get(key.track_id);
      return row ? [toHit(row, key)] : [];
    }),
  );
};

const toHit = (row: Record<string, unknown>, { score }: Record<string, unknown>): TrackHit => ({
  trackId: row.track_id as string,
  content8: row.content8 as string,
  clipCount: row.clip_count as number,
  score: score as number,
});
