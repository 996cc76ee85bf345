import type { TrackMetadata } from '@soundalike/core';
import type { Attempt, Item, ItemState, Stage } from './item.ts';
import type { Track } from './tracks-port.ts';

/** Which failed items are meant. */
export interface FailureFilter {
  readonly code?: string | undefined;
  readonly runId?: number | undefined;
  /** Part of a source's name, or a root. */
  readonly source?: string | undefined;
  /** Failed at or after, before: milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface FailureGroup {
  readonly code: string;
  readonly count: number;
  /** At most 3 locations, as `root/path` or the link. */
  readonly examples: readonly string[];
}

/** What ends an item well. */
export interface IndexedItem {
  readonly itemId: number;
  /** Where given, the item must still be this worker's; else nothing is written and `CANCELLED` thrown. */
  readonly worker?: string | undefined;
  /** The try that was worked on; where another has begun since, nothing is written, either. */
  readonly tries?: number | undefined;
  readonly track: Omit<Track, 'indexedAt' | 'location' | 'coverage'> & {
    readonly coverage?: string | undefined;
  };
  /** The item's audio hash of this time; also remembered on the item. */
  readonly contentId: string;
  readonly timings: Readonly<Record<string, number>>;
  /** Seconds of audio embedded for it; 0 where vectors were reused. */
  readonly audioSeconds: number;
  /** Size and time of the file as it was worked on, where it changed since the scan. */
  readonly modified?: { readonly size: number; readonly modifiedMs: number } | undefined;
  /** The file's own tags. */
  readonly fileMetadata?: Partial<TrackMetadata> | undefined;
  /** What the link answered this time. */
  readonly etag?: string | null | undefined;
}

/** Items as workers take, end and fail them, and as operators look at them. */
export interface WorkingPort {
  getItem(itemId: number): Promise<Item | undefined>;
  findItem(idOrPath: string): Promise<Item | undefined>;
  /** Marks an item active for a worker and counts the attempt; undefined when it is not there or already ended. */
  startItem(itemId: number, worker: string): Promise<Item | undefined>;
  setStage(itemId: number, stage: Stage): Promise<void>;
  /**
   * Ends an item well, in one transaction: upserts the track row, attaches the location, and decides `indexed` or, where
   * another item already made this very track, `duplicate`. `orphanTrack` is a track left without items by a change of content, `promoted` the copies
   * that such a track is of now: what it says is to be made anew.
   */
  finishItem(result: IndexedItem): Promise<{
    outcome: 'indexed' | 'duplicate';
    orphanTrack: string | undefined;
    promoted: number[];
  }>;
  /**
   * Ends an item as `failed`, or with `retry` puts it back to `queued`, keeping the error's story. Where its track is of a copy now, that one is
   * `promoted`: what the track says is to be made anew.
   */
  failItem(options: {
    itemId: number;
    worker?: string | undefined;
    code: string;
    message: string;
    detail?: string | undefined;
    timings?: Record<string, number>;
    retry: boolean;
  }): Promise<{ promoted: number[] }>;
  /** Every attempt at an item, oldest first. */
  attemptsOf(itemId: number): Promise<Attempt[]>;
  /** Puts an active item back without counting the attempt (shutdown, server away). */
  releaseItem(itemId: number, worker: string): Promise<void>;
  listItems(options: FailureFilter & { state?: ItemState; after?: number; limit: number }): Promise<Item[]>;
  failureGroups(options?: FailureFilter): Promise<FailureGroup[]>;
  stateCounts(): Promise<Record<ItemState, number>>;
  /**
   * Queues failed items again (`tries + 1`). Rows of lists that cannot be used stay failed, with what is wrong with them: only the list can be mended.
   *
   * @returns ids and tries of what is queued, and how many rows stayed
   */
  retryItems(
    options: FailureFilter & { itemIds?: readonly number[] | undefined; limit?: number },
  ): Promise<{ queued: { itemId: number; try: number }[]; rowsLeft: number }>;
  /** Ids and tries of items that are `queued`, oldest first after `after`: what the queue is fed from. */
  queuedItems(options: {
    after?: number;
    limit: number;
    /** Only items of these priorities; smaller is sooner. */
    priority?: { readonly from: number; readonly below?: number };
  }): Promise<{ itemId: number; try: number }[]>;

  /** Another item that is `indexed` as this track: two places claim one own id, or hold one content. */
  otherOwner(options: { trackId: string; itemId: number }): Promise<Item | undefined>;
}
