import type { AddOptions, JobQueue, NewJob } from './job-queue.ts';
import { type ClaimedJob, type JobSource, runJobs } from './run-jobs.ts';
import { verdictOf } from './verdict.ts';

interface Waiting extends ClaimedJob {
  readonly key: string;
  readonly priority: number;
  readonly order: number;
  readonly availableAt: number;
}

/** Smaller is sooner. */
const DEFAULT_PRIORITY = 10;

/** Jobs in this process's memory: for tests, and the reference for the others. */
export const createMemoryQueue = (
  options: { backoff?: ((attempt: number) => number) | undefined } = {},
): JobQueue => {
  let waiting: Waiting[] = [];
  const active = new Map<string, Waiting>();
  const known = new Set<string>();
  let order = 0;
  let isPaused = false;
  let notify = () => {};

  const enqueue = (job: Waiting) => {
    waiting.push(job);
    waiting.sort((a, b) => a.priority - b.priority || a.order - b.order);
    notify();
  };
  const source: JobSource = {
    claim: async (limit) => {
      if (isPaused) return [];
      const now = Date.now();
      const taken = waiting.filter(({ availableAt }) => availableAt <= now).slice(0, limit);
      waiting = waiting.filter((job) => !taken.includes(job));
      for (const job of taken) active.set(job.key, job);
      return taken;
    },
    wait: (signal) =>
      new Promise((resolve) => {
        const soonest = Math.min(...waiting.map(({ availableAt }) => availableAt));
        const timer = setTimeout(resolve, Math.min(Math.max(soonest - Date.now(), 1), 1000));
        notify = resolve;
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      }),
    done: async (job) => forget(job as Waiting),
    failed: async (claimed, error) => {
      const job = claimed as Waiting;
      const verdict = verdictOf(error, job.attempt, options.backoff);
      forget(job);
      if (verdict.kind === 'drop') return;
      known.add(job.key);
      enqueue({
        ...job,
        attempt: job.attempt + Number(verdict.countAttempt),
        availableAt: Date.now() + verdict.delayMs,
      });
    },
  };
  const forget = ({ key }: Waiting) => {
    active.delete(key);
    known.delete(key);
  };

  return {
    kind: 'memory',
    url: 'memory:',
    add: async (jobs: readonly NewJob[], { priority = DEFAULT_PRIORITY, delayMs = 0 }: AddOptions = {}) => {
      for (const { itemId, try: number } of jobs) {
        const key = `i-${itemId}-${number}`;
        if (known.has(key)) continue;
        known.add(key);
        enqueue({ itemId, attempt: 1, key, priority, order: order++, availableAt: Date.now() + delayMs });
      }
    },
    work: (handler, workOptions) => runJobs(source, handler, workOptions),
    missing: async (jobs) => jobs.filter(({ itemId, try: number }) => !known.has(`i-${itemId}-${number}`)),
    pause: async () => {
      isPaused = true;
    },
    resume: async () => {
      isPaused = false;
      notify();
    },
    counts: async () => {
      const now = Date.now();
      const delayed = waiting.filter(({ availableAt }) => availableAt > now).length;
      return { waiting: waiting.length - delayed, delayed, active: active.size, paused: isPaused };
    },
    drain: async () => {
      for (const { key } of waiting) known.delete(key);
      waiting = [];
    },
    ping: async () => undefined,
    close: async () => undefined,
  };
};
