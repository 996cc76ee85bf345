import type { Item, ItemState, Stage } from './catalogue.ts';

/** An item in a worker's hands. */
export interface ItemInHand {
  readonly itemId: number;
  /** `root/path` or the link. */
  readonly path: string;
  readonly stage: Stage | null;
  /** Milliseconds since 1970 at which this worker took it. */
  readonly since: number;
}

/** What a worker says about itself with each heartbeat. */
export interface WorkerFacts {
  readonly provider: string;
  /** What PROVIDER asked for. */
  readonly providerAsked: string;
  readonly model: string;
  readonly space: string;
  /** Items it may work on at once. */
  readonly concurrency: number;
  /** Clip embeddings a second since the heartbeat before. */
  readonly clipsPerSecond: number;
  readonly rssBytes: number;
  readonly items: readonly ItemInHand[];
}

/** What a worker did between two heartbeats. The milliseconds of all its items, so 2,000 ms of embedding in a second are two items in it. */
export interface WorkSample {
  readonly stageMs: Readonly<Record<Stage, number>>;
  readonly clips: number;
  /** Seconds of audio embedded. */
  readonly audioSeconds: number;
  /** Items ended well. */
  readonly done: number;
  readonly failed: number;
}

export interface WorkerBeat {
  /** `host:pid`. */
  readonly name: string;
  readonly host: string;
  readonly facts: WorkerFacts;
  readonly startedAt: number;
  readonly at: number;
  /** The last beat of an orderly end. */
  readonly stopped?: boolean;
  readonly sample: WorkSample;
}

export interface WorkerRow extends WorkerFacts {
  readonly name: string;
  readonly host: string;
  readonly startedAt: number;
  readonly beatAt: number;
  readonly stoppedAt: number | null;
}

/** What all workers did in one piece of time. */
export interface ActivityPoint extends WorkSample {
  /** Beginning, milliseconds since 1970. */
  readonly at: number;
}

/** What dashboards and metrics read, and what workers tell them. */
export interface Monitoring {
  /** Records a heartbeat and what was done since the last one; forgets what is older than a day. */
  beat(beat: WorkerBeat): Promise<void>;
  /** Workers that gave a sign of life after `since` (ms since 1970), the latest first. */
  listWorkers(options: { since: number; limit: number }): Promise<WorkerRow[]>;
  /** Work done from `from` on, in pieces of `bucketMs`; pieces without any beat are left out. */
  activity(options: { from: number; bucketMs: number }): Promise<ActivityPoint[]>;
  /** When the item that waits longest was queued, ms since 1970, by priority; empty where nothing waits. */
  oldestQueued(): Promise<{ priority: number; queuedAt: number }[]>;
  /** A page of items for browsing, the latest first; `query` is a piece of a path or an own id. */
  pageItems(options: {
    state?: ItemState | undefined;
    code?: string | undefined;
    runId?: number | undefined;
    query?: string | undefined;
    before?: number | undefined;
    limit: number;
  }): Promise<Item[]>;
}
