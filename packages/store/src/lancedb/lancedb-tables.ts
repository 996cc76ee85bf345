import type { Table } from '@lancedb/lancedb';
import type { Logger } from '@soundalike/core';
import type { Table as ArrowTable } from 'apache-arrow';
import type { SpaceTables } from '../space-tables.ts';
import type { ClipHit, TrackHit } from '../vector-store.ts';
import {
  CLIP_COLUMNS,
  decodeClips,
  decodeKeys,
  decodeTracks,
  encodeClips,
  encodeTracks,
  KEY_COLUMNS,
} from './arrow-rows.ts';
import { isOneOf, quote } from './compile-filter.ts';
import { guard } from './guard.ts';
import { describeVectorIndex, maintainTable } from './maintain-table.ts';
import { searchTable } from './search-table.ts';
import type { WriteLease } from './write-lease.ts';

/** Batches between two looks at whether the tables fell into too many fragments. */
const BATCHES_A_LOOK = 64;

/** The two tables of a space in LanceDB. Each call reads the newest version, so every read is strong. */
export const createLanceTables = (options: {
  clips: Table;
  tracks: Table;
  folder: string;
  lease: WriteLease;
  logger: Logger;
}): SpaceTables => {
  const { clips, tracks, folder, lease, logger } = options;
  const run = <T>(call: () => Promise<T>): Promise<T> => guard(folder, call);
  let batches = 0;

  const maintain = async (thorough: boolean, signal?: AbortSignal) => {
    for (const { table, lookUpBy } of [{ table: clips, lookUpBy: 'track_id' }, { table: tracks }]) {
      signal?.throwIfAborted();
      await run(() => maintainTable({ table, lookUpBy, thorough, logger }));
    }
  };

  // Nobody waits for it; `lease.idle` does at the end. What fails here fails again, loudly, where it matters.
  const tidyUp = () => {
    lease
      .hold(() => maintain(false))
      .catch((error) => logger.warn({ error, folder }, 'cannot compact the vectors'));
  };

  return {
    writers: 1,
    exclusively: async (work, signal) => {
      const result = await lease.hold(work, signal);
      if (++batches % BATCHES_A_LOOK === 0) tidyUp();
      return result;
    },

    upsertClips: async (rows, existing) => {
      const known = new Set((await existing).map(({ clipId }) => clipId));
      const allNew = rows.every(({ clipId }) => !known.has(clipId));
      const encoded = encodeClips(rows);
      // Appending needs no join with the table, and nobody else writes while we hold the lease.
      await run(async () => (allNew ? clips.add(encoded) : upsert(clips, 'clip_id', encoded)));
    },
    upsertTracks: (rows) => run(async () => void (await upsert(tracks, 'track_id', encodeTracks(rows)))),
    deleteClips: (clipIds) => run(async () => void (await clips.delete(isOneOf('clip_id', clipIds)))),
    deleteTracks: (trackIds) =>
      run(async () => {
        await tracks.delete(isOneOf('track_id', trackIds));
        await clips.delete(isOneOf('track_id', trackIds));
      }),

    clipKeys: (trackIds) =>
      run(async () => {
        const where = isOneOf('track_id', trackIds);
        return decodeKeys(await clips.query().where(where).select(KEY_COLUMNS).toArrow());
      }),
    clips: (wanted) =>
      run(async () => {
        if (wanted.length === 0) return [];
        const revisions = new Map(wanted.map(({ trackId, content8 }) => [trackId, content8]));
        const where = isOneOf('track_id', [...revisions.keys()]);
        const rows = decodeClips(await clips.query().where(where).select(CLIP_COLUMNS).toArrow());
        return rows.filter(({ trackId, content8 }) => revisions.get(trackId) === content8);
      }),
    tracks: (trackIds) =>
      run(async () => {
        if (trackIds.length === 0) return [];
        return decodeTracks(await tracks.query().where(isOneOf('track_id', trackIds)).toArrow());
      }),

    searchClips: (search) =>
      run(() =>
        searchTable(
          clips,
          ['track_id', 'content8', 'start_ms'],
          search,
          (read, row, score): ClipHit => ({
            trackId: read('track_id', row) as string,
            content8: read('content8', row) as string,
            startMs: read('start_ms', row) as number,
            score,
          }),
        ),
      ),
    searchTracks: (search) =>
      run(() =>
        searchTable(
          tracks,
          ['track_id', 'content8', 'clip_count'],
          search,
          (read, row, score): TrackHit => ({
            trackId: read('track_id', row) as string,
            content8: read('content8', row) as string,
            clipCount: read('clip_count', row) as number,
            score,
          }),
        ),
      ),

    counts: () =>
      run(async () => {
        const [trackCount, clipCount] = await Promise.all([tracks.countRows(), clips.countRows()]);
        return { tracks: trackCount, clips: clipCount };
      }),
    scanTracks: (after, limit) =>
      run(async () => decodeTracks(await page(tracks, 'track_id', after, limit).toArrow())),
    scanClipKeys: (after, limit) =>
      run(async () => decodeKeys(await page(clips, 'clip_id', after, limit).select(KEY_COLUMNS).toArrow())),

    optimize: (signal) => maintain(true, signal),
    describeIndex: () =>
      run(async () => ({
        clips: await describeVectorIndex(clips),
        tracks: await describeVectorIndex(tracks),
      })),
  };
};

const upsert = (table: Table, key: string, rows: ArrowTable) =>
  table.mergeInsert(key).whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows);

const page = (table: Table, key: string, after: string, limit: number) =>
  table
    .query()
    .where(`${key} > ${quote(after)}`)
    .orderBy({ columnName: key, ascending: true })
    .limit(limit);
