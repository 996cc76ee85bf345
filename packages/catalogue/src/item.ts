import type { TrackMetadata } from '@soundalike/core';

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
  /** Why it cannot be used: it is recorded as failed and nothing is tried. */
  readonly problem?: Problem | undefined;
}

/** What went wrong: a code, a sentence and perhaps the words of a tool. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly detail?: string | undefined;
}

export interface Item extends Omit<FoundItem, 'problem'> {
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
  /** Whose it is: the folder, manifest, bucket, … that named it last and may; '' where none did. */
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
