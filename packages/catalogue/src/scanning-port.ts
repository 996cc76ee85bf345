import type { FoundItem, ItemLocation } from './item.ts';

/** Everything below a prefix of a root; links and buckets are of the root ''. */
export interface Place {
  readonly root: string;
  readonly prefix: string;
  /** Where the same files lie as parts of another root: manifests may have named them so before this one was known. */
  readonly alias?: { readonly root: string; readonly prefix: string } | undefined;
}

/** The part of a catalogue that one source speaks for: all below its places (a folder, a bucket), or what it named before (a list). */
export type SourceScope =
  | { readonly places: readonly Place[]; readonly source?: undefined }
  | { readonly source: string; readonly places?: undefined };

/** What a run would do with an entry. `moved`: its own id is known at another place, with a file of this size and time; `failed`: it failed before, has not changed and is tried again. */
export type Difference =
  | 'new'
  | 'changed'
  | 'moved'
  | 'failed'
  | 'metadata'
  | 'unchanged'
  | 'waiting'
  | 'conflict';

export interface ScanResult {
  readonly queued: number[];
  readonly unchanged: number;
  /** Items whose audio is as before but whose manifest metadata changed: rewritten without decoding. */
  readonly metadataChanged: number[];
  /** Copies that took the place of items that cannot be used any more: what their tracks say is to be made anew. */
  readonly promoted: number[];
  /** Entries whose own id another place of this run has claimed already; nothing was recorded for them. */
  readonly conflicts: readonly { readonly item: FoundItem; readonly holder: ItemLocation }[];
}

/** Items as sources name them: recorded, compared, gone. */
export interface ScanningPort {
  /**
   * Records found entries (call with up to 1,000) in a run. New items, changed ones (size or mtime differ), failed ones and
   * ones indexed in another space are queued (`state = queued`, `tries + 1`, outcome null) and their ids returned;
   * ones that cannot be used (`problem`) end as `failed`; unchanged ones get outcome `unchanged`; an own id found at a new place moves its item there. Items
   * already `queued`/`active` are adopted by the run and returned in `queued` without a new try; what the entry says otherwise than before is
   * written down, and an item that a worker has begun is queued anew for it. `force` queues everything.
   */
  recordFound(options: {
    runId: number;
    catalogue: string;
    space: string;
    found: readonly FoundItem[];
    force?: boolean;
    /** Who names them. */
    source?: string;
    /**
     * What it speaks for: what it names, or its places. Items become of such a source; a file, link or post named by itself takes none from
     * another.
     */
    speaksFor?: 'list' | 'places' | undefined;
    /** Smaller is sooner: someone waits for it 1, bulk 10 (the default). Items already waiting keep theirs. */
    priority?: number;
  }): Promise<ScanResult>;
  /**
   * What `recordFound` would do with each entry; writes nothing. Beside it the id of the known item that it is, and whether that one is counted by
   * `countKnown` of the scope.
   */
  compareFound(options: {
    catalogue: string;
    space: string;
    found: readonly FoundItem[];
    force?: boolean;
    scope?: SourceScope | undefined;
  }): Promise<{ difference: Difference; itemId: number | undefined; isInScope: boolean }[]>;
  /** Living items of a scope that no other source names, by id, to tell which of them would be gone. */
  knownItems(options: {
    catalogue: string;
    scope: SourceScope;
    after?: number;
    limit: number;
  }): Promise<(ItemLocation & { id: number; size: number | null; modifiedMs: number | null })[]>;
  /** Living items of a scope; with `named` also those of other sources that the list names, too. */
  countKnown(options: { catalogue: string; scope: SourceScope; named?: boolean }): Promise<number>;
  /** Items of a scope that would be gone, since the run saw neither them nor their place, and how many of those it saw at another place (same size and time). */
  countUnseen(options: {
    runId: number;
    catalogue: string;
    scope: SourceScope;
  }): Promise<{ unseen: number; moved: number }>;
  /**
   * Ends as `gone` the items of a scope that the run did not see; those of a list that another source names go over to it. Returns the track ids left
   * without any item, and the copies that took the place of a gone item: what their tracks say is to be made anew.
   */
  recordGone(options: {
    runId: number;
    catalogue: string;
    scope: SourceScope;
  }): Promise<{ items: number; orphanTracks: string[]; promoted: number[] }>;
  /** Tracks of gone items of a scope that no living item holds: what pruning removes. */
  goneTracks(options: { catalogue: string; scope: SourceScope; limit: number }): Promise<string[]>;
}
