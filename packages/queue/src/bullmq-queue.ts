import { redactUrl, SoundalikeError, toSoundalikeError } from '@soundalike/core';
import { type Job as BullJob, DelayedError, Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { backoffMs, MAX_ATTEMPTS } from './backoff.ts';
import type { JobData, JobHandler, JobQueue, NewJob, WorkOptions } from './job-queue.ts';
import { verdictOf } from './verdict.ts';

/** Name of the queue; outside producers add to it, see the job contract in the documentation. */
export const QUEUE_NAME = 'soundalike-ingest';

/** A worker that gives no sign of life for this long has lost its job, ms. With the check below a killed worker's job is back in half a minute. */
const LOCK_MS = 30_000;
const STALLED_CHECK_MS = 5_000;

/** Jobs in one round trip to Redis. */
const BULK = 1_000;

/** Smaller is sooner. */
const DEFAULT_PRIORITY = 10;

/** How long jobs in hand may go on after a stop, ms. */
const DRAIN_MS = 20_000;

export interface BullmqQueueOptions {
  readonly url: string;
  readonly lockMs?: number | undefined;
  readonly stalledCheckMs?: number | undefined;
  readonly backoff?: ((attempt: number) => number) | undefined;
}

/** A queue on Redis, and the BullMQ queue behind it for dashboards. */
export type BullmqQueue = JobQueue & {
  readonly bull: Queue<JobData>;
  /** What makes this Redis unfit to hold a queue, each with its fix; empty where all is well. */
  durabilityProblems(): Promise<string[]>;
  /** The database that these jobs belong to: the first to claim the queue stays it. Returns that one's identity. */
  claimFor(identity: string): Promise<string>;
};

/**
 * BullMQ on ioredis: jobs `{ v: 1, itemId }` with the id `i-<itemId>-<try>`, removed when they end (the database keeps their story).
 *
 * @throws SoundalikeError `QUEUE_UNAVAILABLE`
 */
export const createBullmqQueue = async (options: BullmqQueueOptions): Promise<BullmqQueue> => {
  const { url, lockMs = LOCK_MS, stalledCheckMs = STALLED_CHECK_MS, backoff = backoffMs } = options;
  const shown = redactUrl(url);
  const unavailable = (cause: unknown) =>
    new SoundalikeError(
      'QUEUE_UNAVAILABLE',
      `Redis at ${shown} does not answer: ${(cause as Error).message}`,
      { cause },
    );
  // A producer must hear at once that Redis is away; a worker waits for it.
  const producer = new Redis(url, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    lazyConnect: true,
    connectTimeout: 5_000,
  });
  producer.on('error', () => undefined);
  await producer.connect().catch((cause) => {
    producer.disconnect();
    throw unavailable(cause);
  });
  const bull = new Queue<JobData>(QUEUE_NAME, {
    connection: producer,
    defaultJobOptions: {
      attempts: MAX_ATTEMPTS,
      backoff: { type: 'custom' },
      removeOnComplete: true,
      removeOnFail: true,
    },
  });
  bull.on('error', () => undefined);
  const guard = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((cause) => {
      throw unavailable(cause);
    });

  return {
    kind: 'bullmq',
    url: shown,
    bull,
    add: async (jobs, { priority = DEFAULT_PRIORITY, delayMs = 0 } = {}) => {
      for (let at = 0; at < jobs.length; at += BULK) {
        const bulk = jobs.slice(at, at + BULK).map((job) => ({
          name: 'item',
          data: { v: 1 as const, itemId: job.itemId },
          opts: { jobId: jobIdOf(job), priority, delay: delayMs },
        }));
        await guard(() => bull.addBulk(bulk));
      }
    },
    work: (handler, workOptions) => runWorker({ url, lockMs, stalledCheckMs, backoff }, handler, workOptions),
    missing: (jobs) =>
      guard(async () => {
        const lookups = producer.pipeline();
        for (const job of jobs) lookups.exists(bull.toKey(jobIdOf(job)));
        const found = (await lookups.exec()) ?? [];
        return jobs.filter((_, index) => found[index]?.[0] === null && found[index]?.[1] === 0);
      }),
    pause: () => guard(() => bull.pause()),
    resume: () => guard(() => bull.resume()),
    counts: () =>
      guard(async () => {
        const counts = await bull.getJobCounts('waiting', 'prioritized', 'active', 'delayed');
        const waiting = (counts.waiting ?? 0) + (counts.prioritized ?? 0);
        return {
          waiting,
          active: counts.active ?? 0,
          delayed: counts.delayed ?? 0,
          paused: await bull.isPaused(),
        };
      }),
    drain: () => guard(() => bull.drain(true)),
    durabilityProblems: () => guard(async () => durabilityProblems(await producer.info())),
    claimFor: (identity) =>
      guard(async () => {
        await producer.setnx(bull.toKey('database'), identity);
        return (await producer.get(bull.toKey('database'))) ?? identity;
      }),
    ping: () => guard(async () => void (await producer.ping())),
    close: async () => {
      await bull.close().catch(() => undefined);
      producer.disconnect();
    },
  };
};

const jobIdOf = ({ itemId, try: number }: NewJob): string => `i-${itemId}-${number}`;

const runWorker = async (
  settings: Required<BullmqQueueOptions>,
  handler: JobHandler,
  { concurrency, signal, drainMs = DRAIN_MS, onStalled, adopt }: WorkOptions,
): Promise<void> => {
  const connection = new Redis(settings.url, { maxRetriesPerRequest: null });
  connection.on('error', () => undefined);
  const active = new Map<string, AbortController>();
  const worker = new Worker<JobData>(
    QUEUE_NAME,
    (job, token) => runJob(job, token, handler, active, settings.backoff, adopt),
    {
      connection,
      concurrency,
      lockDuration: settings.lockMs,
      stalledInterval: settings.stalledCheckMs,
      // Poison is decided by the database, which knows whose child died; here only a far limit.
      maxStalledCount: 20,
      settings: { backoffStrategy: (attemptsMade) => settings.backoff(attemptsMade) },
      autorun: false,
    },
  );
  worker.on('error', () => undefined);
  worker.on('stalled', () => onStalled?.(1));
  // The lock is gone, so another worker may have the job: stop, and write nothing more.
  worker.on('lockRenewalFailed', (jobIds: string[]) => {
    for (const id of jobIds) active.get(id)?.abort();
  });
  const running = worker.run().catch(() => undefined);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const limit = setTimeout(() => {
    for (const controller of active.values()) controller.abort();
  }, drainMs);
  await worker.close();
  clearTimeout(limit);
  await running;
  connection.disconnect();
};

const runJob = async (
  job: BullJob<JobData>,
  token: string | undefined,
  handler: JobHandler,
  active: Map<string, AbortController>,
  backoff: (attempt: number) => number,
  adopt: WorkOptions['adopt'],
): Promise<void> => {
  const controller = new AbortController();
  active.set(job.id ?? '', controller);
  const attempt = job.attemptsMade + 1;
  try {
    if (isOwn(job.data)) {
      const { itemId } = job.data;
      await handler({ itemId, attempt, maxAttempts: MAX_ATTEMPTS, signal: controller.signal });
    } else if (adopt) await adopt(job.data, job.id ?? '');
    else
      throw new UnrecoverableError(
        `a job must look like { "v": 1, "itemId": 7 }, got ${redactUrl(JSON.stringify(job.data)).slice(0, 200)}`,
      );
  } catch (error) {
    const verdict = verdictOf(error, attempt, backoff);
    if (verdict.kind === 'drop') {
      const { code, message } = toSoundalikeError(error);
      throw new UnrecoverableError(`${code}: ${message}`);
    }
    if (!verdict.countAttempt) {
      // Not this job's fault: back to the queue after a pause, and the attempt does not count.
      await job.moveToDelayed(Date.now() + Math.max(verdict.delayMs, 1), token);
      throw new DelayedError();
    }
    throw error;
  } finally {
    active.delete(job.id ?? '');
  }
};

/** The product's own jobs have just these two fields; all else is another producer's, or a mistake. */
const isOwn = (data: unknown): data is JobData => {
  const { v, itemId, ...others } = (data ?? {}) as Record<string, unknown>;
  return v === 1 && Number.isSafeInteger(itemId) && Number(itemId) > 0 && Object.keys(others).length === 0;
};

/** What makes a Redis unfit to hold a queue, each with its fix: it must not evict keys and should survive a restart. */
const durabilityProblems = (info: string): string[] => {
  const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1];
  return [
    ...(policy && policy !== 'noeviction'
      ? [`maxmemory-policy is ${policy}: jobs may be evicted; set it to noeviction`]
      : []),
    ...(/aof_enabled:0/.test(info)
      ? ['append-only file is off: a restart forgets the queue; set appendonly yes']
      : []),
  ];
};
