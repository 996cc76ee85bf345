import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_ATTEMPTS } from './backoff.ts';
import type { JobHandler, WorkOptions } from './job-queue.ts';

/** How long jobs in hand may go on after a stop, unless told otherwise, ms. */
const DRAIN_MS = 20_000;

export interface ClaimedJob {
  readonly itemId: number;
  readonly attempt: number;
}

/** What a pulling queue must offer to the loop. */
export interface JobSource {
  /** At most `limit` jobs, now; empty where there are none. */
  claim(limit: number): Promise<ClaimedJob[]>;
  /** Resolves when looking again is worthwhile. */
  wait(signal: AbortSignal): Promise<void>;
  done(job: ClaimedJob): Promise<void>;
  failed(job: ClaimedJob, error: unknown): Promise<void>;
  /** Called as jobs begin and end; a source with leases keeps them alive. Calls `lost` for a job whose lease is gone. */
  holding?(job: ClaimedJob, lost: () => void): () => void;
}

/**
 * Works jobs off, `concurrency` at a time, until the signal is aborted; then lets those in hand go on for `drainMs` before
 * their own signals are aborted, and resolves when all have ended or been handed back.
 */
export const runJobs = async (
  source: JobSource,
  handler: JobHandler,
  { concurrency, signal, drainMs = DRAIN_MS }: WorkOptions,
): Promise<void> => {
  const running = new Map<Promise<void>, AbortController>();
  let wake = () => {};
  const stopped = aborted(signal);
  while (!signal.aborted) {
    const free = concurrency - running.size;
    const jobs = free > 0 ? await source.claim(free).catch(() => []) : [];
    for (const job of jobs) {
      const controller = new AbortController();
      const work = runOne(source, handler, job, controller).finally(() => {
        running.delete(work);
        wake();
      });
      running.set(work, controller);
    }
    if (jobs.length > 0 && running.size < concurrency) continue;
    // Full: wait for a job to end. Not full: wait until there may be more work, or a job ends.
    const stopWaiting = new AbortController();
    const ended = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const waits =
      running.size < concurrency
        ? [source.wait(AbortSignal.any([signal, stopWaiting.signal])).catch(() => undefined)]
        : [];
    await Promise.race([ended, stopped, ...waits]);
    stopWaiting.abort();
  }
  const drained = new AbortController();
  const limit = sleep(drainMs, undefined, { signal: drained.signal }).then(
    () => {
      for (const controller of running.values()) controller.abort();
    },
    () => undefined,
  );
  await Promise.all(running.keys());
  drained.abort();
  await limit;
};

const runOne = async (
  source: JobSource,
  handler: JobHandler,
  job: ClaimedJob,
  controller: AbortController,
): Promise<void> => {
  let isLost = false;
  const release = source.holding?.(job, () => {
    isLost = true;
    controller.abort();
  });
  try {
    await handler({
      itemId: job.itemId,
      attempt: job.attempt,
      maxAttempts: MAX_ATTEMPTS,
      signal: controller.signal,
    });
    // A lost job is another worker's by now: nothing of it is ours to end or give back.
    if (!isLost) await source.done(job);
  } catch (error) {
    if (!isLost) await source.failed(job, error).catch(() => undefined); // the lease runs out and brings it back
  } finally {
    release?.();
  }
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
