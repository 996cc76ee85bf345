import type { Filter, TrackMetadata } from '@soundalike/core';
import type { Keys } from './keys-port.ts';
import type { Monitoring } from './monitoring-port.ts';

/**
 * State of an item in the ledger. `queued` and `active` are on the way; the rest are end states. `unchanged` is not a
 * state but the outcome of a run for an item that was indexed before.
 */
export type ItemState = 'queued' | 'active' | 'indexed' | 'duplicate' | 'failed' | 'gone' | 'cancelled';
export type ItemOutcome = 'indexed' | 'unchanged' | 'duplicate' | 'failed' | 'gone' | 'cancelled';
export type Stage = 'fetch' | 'decode' | 'embed' | 'store';

/** Where an item's audio is: a file under a named root, or a link (`root` null, `path` the URL). */
export interface ItemLocation {
  readonly root: string | null;
  readonly path: string;
}

/** What a scan found for one entry of a source. */
export interface FoundItem extends ItemLocation {
  readonly externalId: string | null;
  /** What the manifest says; the file's own tags fill the rest later. */
  readonly metadata: Partial<TrackMetadata>;
  /** Bytes; null for links. */
  readonly size: number | null;
  /** Whole milliseconds; null for links. */
  readonly modifiedMs: number | null;
  /** Version mark of a link where the source knows it (S3); another one than that of the audio last worked on is a change. */
  readonly etag?: string | null | undefined;
}

export interface Item extends FoundItem {
  readonly id: number;
  readonly catalogue: string;
  readonly runId: number;
  readonly state: ItemState;
  /** How this item ended in run `runId`; null while it is on the way. */
  readonly outcome: ItemOutcome | null;
  readonly stage: Stage | null;
  /** Times the item was given to the queue; part of job ids. */
  readonly tries: number;
  /** Counted attempts of the current try. */
  readonly attempts: number;
  readonly contentId: string | null;
  readonly trackId: string | null;
  readonly space: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** ffmpeg's last words, or what another tool said. */
  readonly errorDetail: string | null;
  /** Milliseconds by stage of the last attempt. */
  readonly timings: Readonly<Record<string, number>>;
  readonly audioSeconds: number | null;
  readonly worker: string | null;
  /** Milliseconds since 1970. */
  readonly queuedAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** The source that named it last: a folder, manifest, bucket, …; '' where none did. */
  readonly source: string;
  readonly etag: string | null;
  /** The file's own tags, when it was worked on; each copy keeps its own. */
  readonly fileMetadata: Partial<TrackMetadata>;
}

/** One attempt at an item, as it ended. */
export interface Attempt {
  readonly runId: number;
  readonly number: number;
  readonly worker: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number;
  /** `again`: it failed and was queued once more; `released`: given back without blame. */
  readonly outcome: 'indexed' | 'duplicate' | 'failed' | 'again' | 'released';
  /** The stage it failed in. */
  readonly stage: Stage | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly detail: string | null;
  readonly timings: Readonly<Record<string, number>>;
}

/** A track as the database knows it; the vectors are the store's. */
export interface Track extends TrackMetadata {
  readonly id: string;
  readonly catalogue: string;
  readonly externalId: string | null;
  readonly contentId: string;
  readonly space: string;
  readonly durationSeconds: number;
  readonly clipCount: number;
  /** `full`, or `sampled:10`: that many windows spread over the track. */
  readonly coverage: string;
  /** Where its audio is: the first location attached. */
  readonly location: ItemLocation;
  readonly indexedAt: number;
}

export interface Run {
  readonly id: number;
  readonly catalogue: string;
  /** The argument it was started with. */
  readonly source: string;
  readonly state: 'scanning' | 'running' | 'done' | 'interrupted';
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

export interface RunCounts {
  readonly total: number;
  readonly queued: number;
  readonly active: number;
  readonly outcomes: Readonly<Record<ItemOutcome, number>>;
  /** Seconds of audio embedded in this run. */
  readonly audioSeconds: number;
}

/** What a run has behind it and before it, and what went on lately: the figures behind rate, time left and bottleneck. */
export interface RunActivity {
  /** Items with a size, by the last letters of their names: what a byte is worth differs from format to format. */
  readonly formats: readonly FormatProgress[];
  /** Items still to do whose size is not known. */
  readonly leftUnsized: number;
  /** Items being worked on, by stage. */
  readonly activeStages: Readonly<Partial<Record<Stage, number>>>;
  /** What ended since the time asked for. */
  readonly recent: {
    /** The latest thousand, latest first. */
    readonly ended: readonly EndedItem[];
    /** Milliseconds spent by stage. */
    readonly stages: Readonly<Record<string, number>>;
  };
}

/** Files of one kind of a run. Sizes count up to that of the largest file whose audio was embedded: broken ones may be far larger. */
export interface FormatProgress {
  readonly ended: { readonly items: number; readonly bytes: number; readonly audioSeconds: number };
  readonly left: { readonly items: number; readonly bytes: number };
}

/** An item that came to its end, times in milliseconds since 1970. */
export interface EndedItem {
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Embedded for it; 0 for copies, known audio and what failed. */
  readonly audioSeconds: number;
}

/** The part of a catalogue that one source speaks for: all below a folder, or what it named before. */
export type SourceScope =
  | { readonly root: string; readonly prefix: string; readonly source?: undefined }
  | { readonly source: string; readonly root?: undefined };

/** What a run would do with an entry. `moved`: its own id is known at another place. */
export type Difference = 'new' | 'changed' | 'moved' | 'metadata' | 'unchanged' | 'waiting' | 'conflict';

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

/** Places that hold the same audio, with what says so. They stay as they are: nothing is merged or deleted. */
export interface DuplicateGroup {
  readonly evidence: 'same-content' | 'same-recording';
  /** What they share: the content id. */
  readonly key: string;
  readonly copies: readonly DuplicateCopy[];
}

export interface DuplicateCopy {
  readonly itemId: number;
  readonly trackId: string;
  readonly externalId: string | null;
  readonly location: ItemLocation;
  /** What its manifest and its own tags say, each copy its own. */
  readonly metadata: TrackMetadata;
}

export interface FailureGroup {
  readonly code: string;
  readonly count: number;
  /** At most 3 locations, as `root/path` or the link. */
  readonly examples: readonly string[];
}

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

export interface Facets {
  readonly artists: readonly FacetValue[];
  readonly genres: readonly FacetValue[];
  readonly tags: readonly FacetValue[];
  readonly years: { readonly from: number | null; readonly to: number | null };
}

export interface Space {
  readonly name: string;
  readonly model: string;
  /** Everything the name hashes over, for people: weights, window, hop, tail, decoding, transform. */
  readonly description: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
}

/** What a space is for: searched; filled beside the live one; searched before and kept to go back to; none of these. */
export type SpaceState = 'live' | 'building' | 'kept' | 'idle';

/** A space and where it stands. */
export interface SpaceStanding extends Space {
  readonly state: SpaceState;
  /** The run that queued the items to fill it. */
  readonly runId: number | null;
}

/** What makes raw vectors those of a space, and its scores; as bytes, for the catalogue does no arithmetic. */
export interface SpaceTransformBytes {
  /** Little-endian float32. */
  readonly mean: Uint8Array;
  readonly whitening: Uint8Array | undefined;
  /** Score calibration. */
  readonly calibration: unknown;
}

/** Why tracks of one space are not in another: where the items that made them stand. */
export interface MissingReason {
  /** State of the track's item; null where no living item holds it. */
  readonly state: ItemState | null;
  /** The error of failed items. */
  readonly code: string | null;
  readonly count: number;
}

/** A track's presence in one space: the revision and number of clips that its vectors there have. */
export interface TrackInSpace {
  readonly trackId: string;
  readonly contentId: string;
  readonly clipCount: number;
}

/** What ends an item well. */
export interface IndexedItem {
  readonly itemId: number;
  /** Where given, the item must still be this worker's; else nothing is written and `CANCELLED` thrown. */
  readonly worker?: string | undefined;
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

export interface ScanResult {
  readonly queued: number[];
  readonly unchanged: number;
  /** Items whose audio is as before but whose manifest metadata changed: rewritten without decoding. */
  readonly metadataChanged: number[];
  /** Entries whose own id another place of this run has claimed already; nothing was recorded for them. */
  readonly conflicts: readonly { readonly item: FoundItem; readonly holder: ItemLocation }[];
}

/**
 * The database of items, tracks, spaces and runs. Every method is one transaction or one statement; failures to reach
 * the database are `DATABASE_UNAVAILABLE`.
 */
export interface Catalogue extends Monitoring, Keys {
  readonly kind: 'sqlite' | 'postgres';
  readonly url: string;

  // Runs
  createRun(run: { catalogue: string; source: string }): Promise<Run>;
  setRunState(runId: number, state: Run['state']): Promise<void>;
  getRun(runId: number): Promise<Run | undefined>;
  listRuns(limit: number): Promise<Run[]>;
  /** Counts of a run; for one that has ended and is not the latest, those of its end, since later runs adopt its items. */
  runCounts(runId: number): Promise<RunCounts>;
  /** @param since milliseconds since 1970 */
  runActivity(runId: number, since: number): Promise<RunActivity>;

  // Items: scanning
  /**
   * Records found entries (call with up to 1,000) in a run. New items, changed ones (size or mtime differ), failed ones and
   * ones indexed in another space are queued (`state = queued`, `tries + 1`, outcome null) and their ids returned;
   * unchanged ones get outcome `unchanged`; an own id found at a new place moves its item there; items already `queued`/`active` are adopted by the run and returned in
   * `queued` without a new try. `force` queues everything.
   */
  recordFound(options: {
    runId: number;
    catalogue: string;
    space: string;
    found: readonly FoundItem[];
    force?: boolean;
    /** Who names them. */
    source?: string;
    /** Smaller is sooner: someone waits for it 1, bulk 10 (the default). Items already waiting keep theirs. */
    priority?: number;
  }): Promise<ScanResult>;
  /** What `recordFound` would do with each entry (ids of known items beside it); writes nothing. */
  compareFound(options: {
    catalogue: string;
    space: string;
    found: readonly FoundItem[];
    force?: boolean;
  }): Promise<{ difference: Difference; itemId: number | undefined }[]>;
  /** Living items of a scope, by id, to tell which of them a source names no more. */
  knownItems(options: {
    catalogue: string;
    scope: SourceScope;
    after?: number;
    limit: number;
  }): Promise<(ItemLocation & { id: number; size: number | null; modifiedMs: number | null })[]>;
  /** Living items of a scope. */
  countKnown(options: { catalogue: string; scope: SourceScope }): Promise<number>;
  /** Items of a scope that the run did not see, and how many of those it saw at another place (same size and time). */
  countUnseen(options: {
    runId: number;
    catalogue: string;
    scope: SourceScope;
  }): Promise<{ unseen: number; moved: number }>;
  /** Ends as `gone` the items of a scope that the run did not see. Returns the track ids left without any item. */
  recordGone(options: {
    runId: number;
    catalogue: string;
    scope: SourceScope;
  }): Promise<{ items: number; orphanTracks: string[] }>;
  /** Tracks of gone items of a scope that no living item holds: what pruning removes. */
  goneTracks(options: { catalogue: string; scope: SourceScope; limit: number }): Promise<string[]>;

  // Items: working
  getItem(itemId: number): Promise<Item | undefined>;
  findItem(idOrPath: string): Promise<Item | undefined>;
  /** Marks an item active for a worker and counts the attempt; undefined when it is not there or already ended. */
  startItem(itemId: number, worker: string): Promise<Item | undefined>;
  setStage(itemId: number, stage: Stage): Promise<void>;
  /**
   * Ends an item well, in one transaction: upserts the track row, attaches the location, and decides `indexed` or, where
   * another item already made this very track, `duplicate`. `orphan` is a track left without items by a change of content.
   */
  finishItem(
    result: IndexedItem,
  ): Promise<{ outcome: 'indexed' | 'duplicate'; orphanTrack: string | undefined }>;
  /** Ends an item as `failed`, or with `retry` puts it back to `queued`, keeping the error's story. */
  failItem(options: {
    itemId: number;
    worker?: string | undefined;
    code: string;
    message: string;
    detail?: string | undefined;
    timings?: Record<string, number>;
    retry: boolean;
  }): Promise<void>;
  /** Every attempt at an item, oldest first. */
  attemptsOf(itemId: number): Promise<Attempt[]>;
  /** Puts an active item back without counting the attempt (shutdown, server away). */
  releaseItem(itemId: number, worker: string): Promise<void>;
  listItems(options: FailureFilter & { state?: ItemState; after?: number; limit: number }): Promise<Item[]>;
  failureGroups(options?: FailureFilter): Promise<FailureGroup[]>;
  stateCounts(): Promise<Record<ItemState, number>>;
  /** Queues failed items again (`tries + 1`); returns their ids and tries. */
  retryItems(
    options: FailureFilter & { itemIds?: readonly number[] | undefined; limit?: number },
  ): Promise<{ itemId: number; try: number }[]>;
  /** Ids and tries of items that are `queued`, oldest first after `after`: what the queue is fed from. */
  queuedItems(options: {
    after?: number;
    limit: number;
    /** Only items of these priorities; smaller is sooner. */
    priority?: { readonly from: number; readonly below?: number };
  }): Promise<{ itemId: number; try: number }[]>;

  /** Another item that is `indexed` as this track: two places claim one own id, or hold one content. */
  otherOwner(options: { trackId: string; itemId: number }): Promise<Item | undefined>;

  // The embedded queue: items are claimed by lease
  /** `isStalled`: taken from a worker, of any host, whose lease ran out. */
  claimItems(options: {
    worker: string;
    limit: number;
    leaseMs: number;
  }): Promise<{ itemId: number; attempt: number; isStalled: boolean }[]>;
  /** Extends leases; returns the ids still held. */
  renewLeases(options: { worker: string; itemIds: readonly number[]; leaseMs: number }): Promise<number[]>;
  /** Gives an item back to be claimed after `delayMs`. */
  releaseLease(options: {
    worker: string;
    itemId: number;
    delayMs: number;
    countAttempt: boolean;
  }): Promise<void>;

  /** Takes items back from workers of this host whose process is gone; returns how many. */
  reclaimDead(): Promise<number>;

  // Tracks
  getTracks(trackIds: readonly string[]): Promise<Map<string, Track>>;
  findTrack(idOrExternalId: string, catalogue?: string): Promise<Track | undefined>;
  /** The tracks of items, by item. */
  tracksOfItems(itemIds: readonly number[]): Promise<Map<number, Track>>;
  /** Any track whose vectors of this content are in the space: they can be reused. */
  findTrackByContent(contentId: string, space: string): Promise<Track | undefined>;
  listTracks(options: { query?: string; filter?: Filter; after?: string; limit: number }): Promise<Track[]>;
  updateTrackMetadata(itemId: number): Promise<Track | undefined>;
  removeTracks(trackIds: readonly string[]): Promise<void>;
  countTracks(space?: string): Promise<number>;
  /** What the tracks of a space can be narrowed by: at most 200 values of each kind, the commonest first. */
  facets(space: string): Promise<Facets>;
  /** Sums over the tracks of a space (or all). */
  trackTotals(space?: string): Promise<{ tracks: number; clips: number; audioSeconds: number }>;
  /** Groups of places with the same audio, by key after `after`. */
  duplicateGroups(options: { catalogue?: string; after?: string; limit: number }): Promise<DuplicateGroup[]>;
  /** All places where a track's audio lies, first attached first. */
  locationsOf(trackId: string): Promise<ItemLocation[]>;

  // Spectral signatures, one for each content
  putSignature(contentId: string, words: Uint8Array): Promise<void>;
  /** Signatures by content id; contents without one are left out. */
  getSignatures(contentIds: readonly string[]): Promise<Map<string, Uint8Array>>;
  /** Contents of indexed items that have no signature yet, ordered by content id after `after`, each with one of its items. */
  contentsWithoutSignature(options: {
    after?: string | undefined;
    limit: number;
  }): Promise<{ contentId: string; itemId: number }[]>;

  // Spaces and the one pointer
  liveSpace(): Promise<Space | undefined>;
  /** Makes a space known; it becomes live where none is. Returns the live one. */
  ensureSpace(space: Omit<Space, 'createdAt'>): Promise<Space>;
  setLiveSpace(name: string): Promise<void>;
  /** Every known space, oldest first. */
  listSpaces(): Promise<SpaceStanding[]>;
  /** Makes a space known as one that is being built; the pointer stays. One that is live already stays live. */
  addSpace(space: Omit<Space, 'createdAt'>): Promise<void>;
  /** Remembers which run fills a space that is being built. */
  setSpaceRun(name: string, runId: number): Promise<void>;
  /**
   * Flips the one pointer from one space to another; the one left is kept. `SPACE_MISMATCH` where `from` is not live (any more).
   */
  flipLiveSpace(options: { from: string; to: string }): Promise<void>;
  /** Keeps a space's transform; one that is kept already stays, for the name of a space says which it is. */
  putSpaceTransform(name: string, transform: SpaceTransformBytes): Promise<void>;
  getSpaceTransform(name: string): Promise<SpaceTransformBytes | undefined>;
  /** Forgets a space and which tracks are in it. `SPACE_MISMATCH` where it is live. */
  forgetSpace(name: string): Promise<void>;

  // Which track is in which space
  /** Writes down that the vectors of a track's revision are in a space; `finishItem` does so for its own. */
  recordInSpace(presence: TrackInSpace & { space: string }): Promise<void>;
  /** Takes tracks out of a space, so that they count as missing there. */
  removeFromSpace(space: string, trackIds: readonly string[]): Promise<void>;
  /** Tracks of a space ordered by id: pages for verification. */
  tracksInSpace(options: {
    space: string;
    after?: string | undefined;
    limit: number;
  }): Promise<TrackInSpace[]>;
  /** Of these tracks, what a space has. */
  presenceOf(space: string, trackIds: readonly string[]): Promise<Map<string, TrackInSpace>>;
  /** Tracks of `from` that are not in `space`, or there with other content, ordered by id. */
  missingInSpace(options: {
    space: string;
    from: string;
    after?: string | undefined;
    limit: number;
  }): Promise<string[]>;
  /** Why tracks of `from` are not in `space`, the commonest reason first. */
  missingReasons(options: { space: string; from: string }): Promise<MissingReason[]>;
  /**
   * Queues the items that made these tracks again (`tries + 1`) as part of a run. Items on the way already are left alone.
   * They come after all other work. Returns ids and tries, as the queue wants them.
   */
  queueTracks(trackIds: readonly string[], runId: number): Promise<{ itemId: number; try: number }[]>;

  /** The answer given to a request with this key before; `fingerprint` tells whether it was the same request. */
  findAnswer(key: string): Promise<{ fingerprint: string; answer: string } | undefined>;
  /** Keeps an answer for a day. */
  keepAnswer(entry: { key: string; fingerprint: string; answer: string }): Promise<void>;

  // Small facts and flags
  getSetting(key: string): Promise<string | undefined>;
  setSetting(key: string, value: string | undefined): Promise<void>;
  /** A named lease for one holder among processes; false when another holds it. */
  acquireLease(options: { name: string; holder: string; leaseMs: number }): Promise<boolean>;
  releaseNamedLease(options: { name: string; holder: string }): Promise<void>;

  ping(): Promise<void>;
  close(): Promise<void>;
}
