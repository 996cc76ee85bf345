import type { Catalogue } from '@soundalike/catalogue';
import type { JobQueue, WorkOptions } from './job-queue.ts';
import { type JobSource, runJobs } from './run-jobs.ts';
import { verdictOf } from './verdict.ts';

/** How long a claimed item is a worker's without a sign of life, ms; renewed three times in that time. */
const LEASE_MS = 30_000;

/** How often an idle worker looks for items that another process queued, ms. */
const POLL_MS = 500;

/** The setting that stops workers from claiming. */
const PAUSED = 'queue-paused';

export interface DatabaseQueueOptions {
  readonly catalogue: Catalogue;
  readonly worker: string;
  readonly leaseMs?: number | undefined;
  readonly backoff?: ((attempt: number) => number) | undefined;
}

/**
 * The embedded queue: the items table is the queue, claimed by lease. `add` has nothing to write, since a queued item is a
 * waiting job; it wakes the workers of this process. Items of a dead process of this host are taken back at once.
 */
export const createDatabaseQueue = ({
  catalogue,
  worker,
  leaseMs = LEASE_MS,
  backoff,
}: DatabaseQueueOptions): JobQueue => {
  const held = new Map<number, () => void>();
  const wakers = new Set<() => void>();
  let onStalled: WorkOptions['onStalled'];
  let renewal: NodeJS.Timeout | undefined;

  const renew = async () => {
    const ids = [...held.keys()];
    const kept = new Set(await catalogue.renewLeases({ worker, itemIds: ids, leaseMs }).catch(() => ids));
    for (const id of ids) if (!kept.has(id)) held.get(id)?.();
  };
  const reclaim = async () => {
    const count = await catalogue.reclaimDead();
    if (count > 0) onStalled?.(count);
  };
  const source: JobSource = {
    claim: async (limit) => {
      if ((await catalogue.getSetting(PAUSED)) !== undefined) return [];
      const claimed = await catalogue.claimItems({ worker, limit, leaseMs });
      const stalled = claimed.filter(({ isStalled }) => isStalled).length;
      if (stalled > 0) onStalled?.(stalled);
      return claimed;
    },
    wait: async (signal) => {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        const stop = () => {
          clearTimeout(timer);
          resolve();
        };
        wakers.add(stop);
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      });
      wakers.clear();
      await reclaim();
    },
    // The handler ended the item in the database; there is nothing else that would be done.
    done: async () => undefined,
    failed: async ({ itemId, attempt }, error) => {
      const verdict = verdictOf(error, attempt, backoff);
      if (verdict.kind === 'again')
        await catalogue.releaseLease({
          worker,
          itemId,
          delayMs: verdict.delayMs,
          countAttempt: verdict.countAttempt,
        });
    },
    holding: ({ itemId }, lost) => {
      held.set(itemId, lost);
      renewal ??= setInterval(() => void renew(), leaseMs / 3);
      return () => {
        held.delete(itemId);
        if (held.size > 0) return;
        clearInterval(renewal);
        renewal = undefined;
      };
    },
  };

  return {
    kind: 'database',
    url: 'database:',
    add: async () => {
      for (const wake of wakers) wake();
    },
    work: async (handler, options) => {
      onStalled = options.onStalled;
      await reclaim();
      await runJobs(source, handler, options);
    },
    // The items are the queue.
    missing: async () => [],
    pause: () => catalogue.setSetting(PAUSED, new Date().toISOString()),
    resume: async () => {
      await catalogue.setSetting(PAUSED, undefined);
      for (const wake of wakers) wake();
    },
    counts: async () => {
      const { queued, active } = await catalogue.stateCounts();
      return {
        waiting: queued,
        active,
        delayed: 0,
        paused: (await catalogue.getSetting(PAUSED)) !== undefined,
      };
    },
    drain: async () => undefined,
    ping: () => catalogue.ping(),
    close: async () => clearInterval(renewal),
  };
};
