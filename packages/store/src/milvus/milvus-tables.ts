import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@soundalike/core';
import { chunks } from '../plan-filter.ts';
import type { SpaceTables } from '../space-tables.ts';
import type { ClipHit, Consistency, TrackRow } from '../vector-store.ts';
import {
  CLIP_COLUMNS,
  clipFields,
  decodeClip,
  decodeKey,
  decodeTrack,
  encodeClip,
  encodeTrack,
  KEY_COLUMNS,
  type MilvusRow,
  TRACK_COLUMNS,
  trackFields,
} from './collections.ts';
import { isOneOf } from './compile-filter.ts';
import type { MilvusConnection } from './connection.ts';
import { createMilvusTable, LIMITS, type MilvusLimits, type MilvusTable } from './milvus-table.ts';
import { scanRange } from './scan-range.ts';
import { searchTracks } from './search-tracks.ts';

/** Rows with vectors of one answer, 8 MB. */
const ROWS_AN_ANSWER = 4_000;

/** How long a query node may take to load a finished index, ms: up to 20 s were seen. */
const SETTLE_MS = 60_000;

/** The two collections of a space. Several batches are written at once: most of a write is waiting for the server's clock. */
export const createMilvusTables = (options: {
  connection: MilvusConnection;
  clips: string;
  tracks: string;
  logger: Logger;
  limits?: MilvusLimits | undefined;
}): SpaceTables => {
  const { connection, logger, limits = LIMITS } = options;
  const clips = createMilvusTable({
    connection,
    collection: options.clips,
    key: 'clip_id',
    fields: clipFields,
    logger,
    limits,
  });
  const tracks = createMilvusTable({
    connection,
    collection: options.tracks,
    key: 'track_id',
    fields: trackFields,
    logger,
    limits,
  });

  const clipsOfLongTrack = async (track: Pick<TrackRow, 'trackId' | 'content8'>, consistency: Consistency) =>
    clips.all(revision([track]), CLIP_COLUMNS, consistency, ROWS_AN_ANSWER);

  return {
    writers: limits.writers,
    exclusively: (work) => work(),
    upsertClips: (rows) => clips.upsert(rows.map(encodeClip)),
    upsertTracks: (rows) => tracks.upsert(rows.map(encodeTrack)),
    deleteClips: (clipIds) => clips.remove(clipIds),
    deleteTracks: async (trackIds) => {
      await tracks.remove(trackIds);
      const keys = await clips.all(isOneOf('track_id', trackIds), KEY_COLUMNS, 'strong');
      for (const piece of chunks(keys)) await clips.remove(piece.map((row) => decodeKey(row).clipId));
    },

    clipKeys: async (trackIds) =>
      (await clips.all(isOneOf('track_id', trackIds), KEY_COLUMNS, 'strong')).map(decodeKey),
    clips: async (wanted, consistency) => {
      const revisions = new Map(wanted.map(({ trackId, content8 }) => [trackId, content8]));
      const rows: MilvusRow[] = [];
      for (const group of groupsOfRows(wanted)) {
        const found =
          group.length === 1 && (group[0] as TrackRow).clipCount > ROWS_AN_ANSWER
            ? await clipsOfLongTrack(group[0] as TrackRow, consistency)
            : await clips.all(revision(group), CLIP_COLUMNS, consistency);
        for (const row of found) rows.push(row);
      }
      return rows.map(decodeClip).filter(({ trackId, content8 }) => revisions.get(trackId) === content8);
    },
    tracks: async (trackIds, consistency) =>
      trackIds.length === 0
        ? []
        : (
            await tracks.query({ where: isOneOf('track_id', trackIds), columns: TRACK_COLUMNS, consistency })
          ).map(decodeTrack),

    searchClips: async (search) =>
      (await clips.search(search, ['track_id', 'content8', 'start_ms'])).map((hits) =>
        hits.map(
          (row): ClipHit => ({
            trackId: row.track_id as string,
            content8: row.content8 as string,
            startMs: row.start_ms as number,
            score: row.score as number,
          }),
        ),
      ),
    searchTracks: (search) => searchTracks(tracks, search),

    counts: async () => {
      const [trackCount, clipCount] = await Promise.all([tracks.count(''), clips.count('')]);
      return { tracks: trackCount, clips: clipCount };
    },
    scanTracks: async (after, limit) => {
      const rows: TrackRow[] = [];
      for (let low = after; rows.length < limit; ) {
        const ids = (await page(tracks, low, limit - rows.length, ['track_id'])).map(
          (row) => row.track_id as string,
        );
        if (ids.length === 0) break;
        low = ids.at(-1) as string;
        const where = isOneOf('track_id', ids);
        const found = await tracks.query({ where, columns: TRACK_COLUMNS, consistency: 'strong' });
        // Tracks removed in between are made up for by the next round.
        rows.push(...found.map(decodeTrack).sort((a, b) => (a.trackId < b.trackId ? -1 : 1)));
      }
      return rows;
    },
    scanClipKeys: async (after, limit) => (await page(clips, after, limit, KEY_COLUMNS)).map(decodeKey),

    optimize: async (signal) => {
      for (const table of [clips, tracks]) await table.flush(signal);
      for (const table of [clips, tracks])
        while (!(await table.isIndexed())) await sleep(250, undefined, { signal });
    },
    settled: async (signal) => {
      for (const table of [clips, tracks])
        for (const since = Date.now(); !(await table.isServed()); await sleep(500, undefined, { signal }))
          if (Date.now() - since > SETTLE_MS) {
            logger.warn({ collection: table.collection }, 'searches do not go through the index yet');
            break;
          }
    },
    describeIndex: async () => ({ clips: await clips.describeIndex(), tracks: await tracks.describeIndex() }),
  };
};

/** Rows of these tracks' current revisions, and a few more where two tracks share a content8 of another. */
const revision = (tracks: readonly Pick<TrackRow, 'trackId' | 'content8'>[]): string =>
  `${isOneOf(
    'track_id',
    tracks.map(({ trackId }) => trackId),
  )} and ${isOneOf('content8', [...new Set(tracks.map(({ content8 }) => content8))])}`;

/** Tracks in groups whose clips fit into one answer; a longer track is alone. */
const groupsOfRows = <Track extends { clipCount: number }>(tracks: readonly Track[]): Track[][] => {
  const groups: Track[][] = [];
  let rows = Infinity;
  for (const track of tracks) {
    if (rows + track.clipCount > ROWS_AN_ANSWER) {
      groups.push([]);
      rows = 0;
    }
    groups.at(-1)?.push(track);
    rows += track.clipCount;
  }
  return groups;
};

const page = (table: MilvusTable, after: string, limit: number, columns: readonly string[]) =>
  scanRange<MilvusRow>(
    {
      keyOf: (row) => row[table.key] as string,
      read: (low, high, count) =>
        table.query({ where: table.range(low, high), columns, consistency: 'strong', limit: count }),
      count: (low, high) => table.count(table.range(low, high)),
    },
    { after, limit, window: Math.min(limit + 1, 10_000) },
  );
