import type { FilterFields } from '@soundalike/core';
import type { Condition } from './plan-filter.ts';
import type { ClipHit, ClipRow, Consistency, TrackHit, TrackRow } from './vector-store.ts';

/** What identifies a clip row. */
export interface ClipKey {
  readonly clipId: string;
  readonly trackId: string;
  readonly content8: string;
  readonly startMs: number;
}

/** A clip row without its copies of the track's fields. */
export type ClipVector = ClipKey & ClipRow;

/** A clip row as backends keep it. */
export interface ClipRecord extends ClipVector {
  readonly fields: FilterFields;
}

export interface TableSearch {
  readonly vectors: readonly Float32Array[];
  readonly k: number;
  /** All must hold. */
  readonly conditions: readonly Condition[];
  readonly consistency: Consistency;
}

/**
 * What a backend provides for one space: two tables of rows that know nothing of revisions, batching or checks, which
 * `createStore` adds once for all. Ids, texts and vectors that arrive here are checked and within limits.
 */
export interface SpaceTables {
  /** Batches that may be written at once. */
  readonly writers: number;
  /** Runs a batch of writes while no other process writes, where the backend needs that. */
  exclusively<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Upserts at most a few hundred rows without duplicates; `existing` are the keys of their tracks' stored clips. */
  upsertClips(clips: readonly ClipRecord[], existing: Promise<readonly ClipKey[]>): Promise<void>;
  upsertTracks(tracks: readonly TrackRow[]): Promise<void>;
  deleteClips(clipIds: readonly string[]): Promise<void>;
  /** Removes the track rows, then every clip row of these tracks. */
  deleteTracks(trackIds: readonly string[]): Promise<void>;
  /** Keys of all clip rows of these tracks, of any revision; always strong. */
  clipKeys(trackIds: readonly string[]): Promise<ClipKey[]>;
  /** Clips of these tracks' current revisions, in any order. */
  clips(
    tracks: readonly Pick<TrackRow, 'trackId' | 'content8' | 'clipCount'>[],
    consistency: Consistency,
  ): Promise<ClipVector[]>;
  /** Track rows with these ids, in any order; at most 1,000 ids. */
  tracks(trackIds: readonly string[], consistency: Consistency): Promise<TrackRow[]>;
  searchClips(search: TableSearch): Promise<ClipHit[][]>;
  searchTracks(search: TableSearch): Promise<TrackHit[][]>;
  counts(): Promise<{ tracks: number; clips: number }>;
  /** The `limit` track rows that follow `after` in the order of ids. */
  scanTracks(after: string, limit: number): Promise<TrackRow[]>;
  /** The `limit` clip keys that follow the clip id `after`. */
  scanClipKeys(after: string, limit: number): Promise<ClipKey[]>;
  optimize(signal?: AbortSignal): Promise<void>;
  /** Waits until searches go through the finished index; missing where they do at once. */
  settled?(signal?: AbortSignal): Promise<void>;
  describeIndex(): Promise<{ clips: string; tracks: string }>;
}
