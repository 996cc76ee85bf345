import { type FilterFields, SoundalikeError } from '@soundalike/core';
import { checkFields, checkRows } from './check-rows.ts';
import { checkSearch } from './check-search.ts';
import { type Condition, chunks, planFilter } from './plan-filter.ts';
import type { ClipKey, ClipRecord, ClipVector, SpaceTables } from './space-tables.ts';
import type {
  ClipRow,
  Consistency,
  SearchOptions,
  TrackClips,
  TrackRow,
  VectorStore,
} from './vector-store.ts';
import { writeBatch } from './write-batch.ts';
import { createWriteQueue } from './write-queue.ts';

/** One requested change; concurrent ones are written together. */
export type WriteJob =
  | { readonly kind: 'upsert'; readonly track: TrackRow; readonly clips: readonly ClipRecord[] }
  | { readonly kind: 'update'; readonly trackId: string; readonly fields: FilterFields; found: boolean }
  | { readonly kind: 'remove'; readonly trackIds: readonly string[] };

/** Clip rows of one batch. */
const BATCH_ROWS = 500;

/** How many clip rows an update is taken for before its track has been read. */
const UPDATE_ROWS = 25;

/** Ids of one request for tracks or clips. */
const IDS_CHUNK = 1_000;

/** A vector store over a backend's two tables: adds checks, revisions, batching and filter planning, the same for all. */
export const createStore = (options: {
  space: string;
  tables: SpaceTables;
  readOnly?: boolean | undefined;
}): VectorStore => {
  const { space, tables, readOnly = false } = options;
  const queue = createWriteQueue<WriteJob>({
    writers: tables.writers,
    batchSize: BATCH_ROWS,
    sizeOf: sizeOfJob,
    keysOf: (job) =>
      job.kind === 'remove' ? job.trackIds : [job.kind === 'upsert' ? job.track.trackId : job.trackId],
    run: (jobs) => tables.exclusively(() => writeBatch(tables, jobs)),
  });

  const write = async (job: WriteJob, signal: AbortSignal | undefined) => {
    if (readOnly)
      throw new SoundalikeError(
        'STORE_REJECTED',
        `The space ${space} was opened read-only; open it for writing`,
      );
    await queue(job, signal);
  };

  const tracksOf = async (ids: readonly string[], consistency: Consistency): Promise<TrackRow[]> => {
    const rows: TrackRow[] = [];
    for (const piece of chunks([...new Set(ids)], IDS_CHUNK))
      rows.push(...(await tables.tracks(piece, consistency)));
    return rows;
  };

  return {
    space,

    upsertTrack: async (track, clips, { signal } = {}) =>
      write({ kind: 'upsert', ...checkRows(track, clips) }, signal),

    updateFields: async (trackId, fields, { signal } = {}) => {
      const job = { kind: 'update' as const, trackId, fields: checkFields(trackId, fields), found: false };
      await write(job, signal);
      return job.found;
    },

    removeTracks: async (trackIds, { signal } = {}) => {
      for (const piece of chunks([...new Set(trackIds)], IDS_CHUNK))
        await write({ kind: 'remove', trackIds: piece }, signal);
    },

    searchClips: (search) => searchEach(search, (conditions) => tables.searchClips(conditions)),
    searchTracks: (search) => searchEach(search, (conditions) => tables.searchTracks(conditions)),

    getTracks: async (trackIds, { consistency = 'bounded' } = {}) =>
      new Map((await tracksOf(trackIds, consistency)).map((track) => [track.trackId, track])),

    clipsOf: async (trackIds, { consistency = 'bounded' } = {}) => {
      const tracks = await tracksOf(trackIds, consistency);
      const byTrack = new Map<string, ClipRow[]>();
      addClips(byTrack, await tables.clips(tracks, consistency));
      return new Map(
        tracks.map(({ trackId, content8 }) => [trackId, trackClips(trackId, content8, byTrack)]),
      );
    },

    clipsOfRevisions: async (revisions, { consistency = 'bounded' } = {}) => {
      const byTrack = new Map<string, ClipRow[]>();
      for (const piece of chunks(revisions, IDS_CHUNK))
        addClips(byTrack, await tables.clips(piece, consistency));
      return new Map(
        revisions
          .filter(({ trackId }) => byTrack.has(trackId))
          .map(({ trackId, content8 }) => [trackId, trackClips(trackId, content8, byTrack)]),
      );
    },

    clipKeysOf: async (trackIds) => {
      const keys: ReturnType<typeof keyOf>[] = [];
      for (const piece of chunks([...new Set(trackIds)]))
        keys.push(...(await tables.clipKeys(piece)).map(keyOf));
      return keys;
    },

    counts: () => tables.counts(),
    scanTracks: ({ after = '', limit }) => tables.scanTracks(after, limit),
    scanClipKeys: async ({ after = '', limit }) => (await tables.scanClipKeys(after, limit)).map(keyOf),
    optimize: async ({ signal } = {}) => {
      signal?.throwIfAborted();
      await tables.exclusively(() => tables.optimize(signal), signal);
    },
    settled: async ({ signal } = {}) => tables.settled?.(signal),
    describeIndex: () => tables.describeIndex(),
  };
};

const keyOf = ({ trackId, content8, startMs }: ClipKey) => ({ trackId, content8, startMs });

const sizeOfJob = (job: WriteJob): number => {
  if (job.kind === 'upsert') return job.clips.length;
  return job.kind === 'update' ? UPDATE_ROWS : job.trackIds.length;
};

const addClips = (byTrack: Map<string, ClipRow[]>, records: readonly ClipVector[]): void => {
  for (const { trackId, startMs, scale, vector } of records) {
    const clips = byTrack.get(trackId);
    if (clips) clips.push({ startMs, scale, vector });
    else byTrack.set(trackId, [{ startMs, scale, vector }]);
  }
};

const trackClips = (
  trackId: string,
  content8: string,
  byTrack: ReadonlyMap<string, ClipRow[]>,
): TrackClips => ({
  trackId,
  content8,
  clips: (byTrack.get(trackId) ?? []).sort((a, b) => a.startMs - b.startMs),
});

/** Runs one search for each list of conditions the filter needs and merges their hits; none when nothing can pass. */
const searchEach = async <Hit extends { score: number }>(
  search: SearchOptions,
  run: (search: {
    vectors: readonly Float32Array[];
    k: number;
    conditions: readonly Condition[];
    consistency: Consistency;
  }) => Promise<Hit[][]>,
): Promise<Hit[][]> => {
  checkSearch(search);
  const { vectors, k, filter, consistency = 'bounded', signal } = search;
  const plans = planFilter(filter);
  let merged: Hit[][] = vectors.map(() => []);
  if (vectors.length === 0) return merged;
  for (const conditions of plans) {
    signal?.throwIfAborted();
    const found = await run({ vectors, k, conditions, consistency });
    if (plans.length === 1) return found;
    merged = merged.map((hits, at) =>
      [...hits, ...(found[at] ?? [])].sort((a, b) => b.score - a.score).slice(0, k),
    );
  }
  return merged;
};
