/** A job carries an item id only: the database is the truth about work, the queue transports it. */
export interface JobData {
  readonly v: 1;
  readonly itemId: number;
}

export interface NewJob {
  readonly itemId: number;
  /** How often this item was queued before; part of the job's id, so adding the same try twice is one job. */
  readonly try: number;
}

export interface AddOptions {
  /** Smaller is sooner: interactive 1, bulk 10. */
  readonly priority?: number | undefined;
  readonly delayMs?: number | undefined;
}

/** A job as its handler sees it. */
export interface Job {
  readonly itemId: number;
  /** Counted attempt, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Aborted when the lock is lost, the job is cancelled or the worker must stop: write nothing more. */
  readonly signal: AbortSignal;
}

/**
 * Works on one job. Resolving ends it. Throwing a retryable error brings it back after a pause, until `maxAttempts`;
 * another error ends it at once. An error whose policy says `countsAttempt: false` brings it back without counting.
 * What is recorded about the item is the handler's business.
 */
export type JobHandler = (job: Job) => Promise<void>;

export interface WorkOptions {
  readonly concurrency: number;
  /** Abort to stop taking jobs; `work` resolves when those in hand are finished or handed back. */
  readonly signal: AbortSignal;
  /** How long jobs in hand may go on after the abort before their own signal is aborted, ms. */
  readonly drainMs?: number | undefined;
  /**
   * Takes in a job that is not `{ v: 1, itemId }`: an outside producer's. Throwing ends it as failed, or brings it back where the error says so.
   */
  readonly adopt?: ((data: unknown, jobId: string) => Promise<void>) | undefined;
  /** Told how many jobs were taken back from workers that gave no sign of life. */
  readonly onStalled?: ((count: number) => void) | undefined;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly paused: boolean;
}

export interface JobQueue {
  readonly kind: 'memory' | 'database' | 'bullmq';
  /** The URL without its password. */
  readonly url: string;
  /** Adds jobs, any number; same item and try: one job. */
  add(jobs: readonly NewJob[], options?: AddOptions): Promise<void>;
  work(handler: JobHandler, options: WorkOptions): Promise<void>;
  /** Those of the jobs that the queue does not have, neither waiting nor in a worker's hands. */
  missing<Job extends NewJob>(jobs: readonly Job[]): Promise<Job[]>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  counts(): Promise<QueueCounts>;
  /** Throws away what waits (not what is active); the database keeps the items. */
  drain(): Promise<void>;
  /** A round trip; throws `QUEUE_UNAVAILABLE`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
