import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { type FilterFields, matchesFilter } from '@soundalike/core';
import { keepBest } from '../keep-best.ts';
import type { Condition } from '../plan-filter.ts';
import type { ClipRecord, SpaceTables, TableSearch } from '../space-tables.ts';
import type { TrackRow } from '../vector-store.ts';

/** Dot products between two looks at the event loop, a few milliseconds. */
const PRODUCTS_A_TURN = 8_192;

/** The rows of one space. */
export interface MemoryRows {
  readonly clips: Map<string, ClipRecord>;
  readonly tracks: Map<string, TrackRow>;
  /** Clip ids by track. */
  readonly clipIds: Map<string, Set<string>>;
}

export const emptyRows = (): MemoryRows => ({ clips: new Map(), tracks: new Map(), clipIds: new Map() });

/** Two tables in Maps, searched exactly: the reference the other backends are compared with. */
export const createMemoryTables = (rows: MemoryRows): SpaceTables => {
  const clipsOf = (trackId: string): ClipRecord[] =>
    [...(rows.clipIds.get(trackId) ?? [])].flatMap((clipId) => rows.clips.get(clipId) ?? []);

  const deleteClips = (clipIds: readonly string[]) => {
    for (const clipId of clipIds) {
      const clip = rows.clips.get(clipId);
      if (!clip) continue;
      rows.clips.delete(clipId);
      const ids = rows.clipIds.get(clip.trackId);
      ids?.delete(clipId);
      if (ids?.size === 0) rows.clipIds.delete(clip.trackId);
    }
  };

  return {
    writers: 1,
    exclusively: (work) => work(),
    upsertClips: async (clips) => {
      for (const clip of clips) {
        rows.clips.set(clip.clipId, { ...clip, vector: clip.vector.slice() });
        const ids = rows.clipIds.get(clip.trackId) ?? new Set();
        rows.clipIds.set(clip.trackId, ids.add(clip.clipId));
      }
    },
    upsertTracks: async (tracks) => {
      for (const track of tracks) rows.tracks.set(track.trackId, { ...track, vector: track.vector.slice() });
    },
    deleteClips: async (clipIds) => deleteClips(clipIds),
    deleteTracks: async (trackIds) => {
      for (const trackId of trackIds) rows.tracks.delete(trackId);
      for (const trackId of trackIds) deleteClips([...(rows.clipIds.get(trackId) ?? [])]);
    },
    clipKeys: async (trackIds) => trackIds.flatMap(clipsOf),
    clips: async (tracks) =>
      tracks
        .flatMap(({ trackId, content8 }) => clipsOf(trackId).filter((clip) => clip.content8 === content8))
        .map(copied),
    tracks: async (trackIds) => trackIds.flatMap((id) => rows.tracks.get(id) ?? []).map(copied),
    searchClips: async (search) =>
      (await nearest([...rows.clips.values()], (clip) => clip.clipId, search)).map((hits) =>
        hits.map(({ row: { trackId, content8, startMs }, score }) => ({ trackId, content8, startMs, score })),
      ),
    searchTracks: async (search) =>
      (await nearest([...rows.tracks.values()], (track) => track.trackId, search)).map((hits) =>
        hits.map(({ row: { trackId, content8, clipCount }, score }) => ({
          trackId,
          content8,
          clipCount,
          score,
        })),
      ),
    counts: async () => ({ tracks: rows.tracks.size, clips: rows.clips.size }),
    scanTracks: async (after, limit) => page(rows.tracks, after, limit).map(copied),
    scanClipKeys: async (after, limit) => page(rows.clips, after, limit),
    optimize: async () => undefined,
    describeIndex: async () => ({ clips: 'exact', tracks: 'exact' }),
  };
};

const copied = <Row extends { vector: Float32Array }>(row: Row): Row => ({
  ...row,
  vector: row.vector.slice(),
});

const page = <Row>(rows: ReadonlyMap<string, Row>, after: string, limit: number): Row[] =>
  [...rows.keys()]
    .filter((id) => id > after)
    .sort()
    .slice(0, limit)
    .flatMap((id) => rows.get(id) ?? []);

interface SearchableRow {
  readonly trackId: string;
  readonly fields: FilterFields;
  readonly vector: Float32Array;
}

const nearest = async <Row extends SearchableRow>(
  rows: readonly Row[],
  idOf: (row: Row) => string,
  { vectors, k, conditions }: TableSearch,
): Promise<{ row: Row; score: number }[][]> => {
  const passing = rows.filter((row) => conditions.every((condition) => holds(condition, row)));
  const norms = passing.map(({ vector }) => Math.sqrt(dot(vector, vector)));
  const results: { row: Row; score: number }[][] = [];
  let products = 0;
  for (const vector of vectors) {
    const norm = Math.sqrt(dot(vector, vector));
    const best = keepBest<Row>(k, idOf);
    for (const [at, row] of passing.entries()) {
      best.offer(row, dot(vector, row.vector) / (norm * (norms[at] as number)));
      if (++products % PRODUCTS_A_TURN === 0) await yieldToEvents();
    }
    results.push(best.list());
  }
  return results;
};

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

/** A condition in terms of `matchesFilter`, so that the reference has one meaning of filters, not two. */
const holds = (condition: Condition, row: SearchableRow): boolean => {
  const fields = { ...row.fields, trackId: row.trackId };
  switch (condition.kind) {
    case 'text': {
      const { column, values, negate } = condition;
      if (column === 'track_id')
        return matchesFilter(negate ? { excludeTrackIds: values } : { trackIds: values }, fields);
      return matchesFilter({ [column]: values }, fields) !== negate;
    }
    case 'tags':
      return matchesFilter({ tags: { [condition.mode]: condition.values } }, fields);
    case 'range': {
      const { column, from, to } = condition;
      return matchesFilter({ [column]: { from: from ?? -Infinity, to } }, fields);
    }
  }
};
