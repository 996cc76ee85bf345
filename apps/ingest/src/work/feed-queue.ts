import type { Catalogue } from '@soundalike/catalogue';
import type { JobQueue } from '@soundalike/queue';

/** Jobs kept waiting in a queue server at most: 865 bytes of Redis each. The database holds the rest. */
const WINDOW = 100_000;

const PAGE = 1_000;

/** Someone waits for these; they are fed before the rest and taken before it. Smaller is sooner. */
const INTERACTIVE = { from: 0, below: 10 } as const;
const BULK = { from: 10 } as const;
const PRIORITIES = [
  { range: INTERACTIVE, jobs: 1 },
  { range: BULK, jobs: 10 },
] as const;

/** The right to feed is one worker's for so long without a sign of life, ms. */
const LEASE_MS = 30_000;

const LEASE = 'feed-queue';

/**
 * Gives the queue what the database calls queued, interactive work first; adding a job that is there already changes nothing, so this also
 * brings back what a queue server lost. Stops at a bounded window.
 */
export const feedQueue = async (catalogue: Catalogue, queue: JobQueue): Promise<void> => {
  if (queue.kind === 'database') return queue.add([]);
  const { waiting } = await queue.counts();
  let room = WINDOW - waiting;
  for (const { range, jobs } of PRIORITIES) {
    for (let after = 0; room > 0; ) {
      const page = await catalogue.queuedItems({ after, limit: Math.min(PAGE, room), priority: range });
      await queue.add(page, { priority: jobs });
      room -= page.length;
      after = page.at(-1)?.itemId ?? after;
      if (page.length < PAGE) break;
    }
  }
};

/**
 * Keeps queue and database in step, one worker at a time whoever it is: takes back items that the database calls active although the queue has
 * no job for them (its server lost them while their worker died), then feeds.
 *
 * @returns false where another worker does it
 */
export const keepInStep = async (catalogue: Catalogue, queue: JobQueue, worker: string): Promise<boolean> => {
  if (queue.kind === 'database') {
    await queue.add([]);
    return true;
  }
  if (!(await catalogue.acquireLease({ name: LEASE, holder: worker, leaseMs: LEASE_MS }))) return false;
  await takeBackLost(catalogue, queue);
  await feedQueue(catalogue, queue);
  return true;
};

/** Lets another worker feed at once. */
export const stopFeeding = (catalogue: Catalogue, worker: string): Promise<void> =>
  catalogue.releaseNamedLease({ name: LEASE, holder: worker });

const takeBackLost = async (catalogue: Catalogue, queue: JobQueue) => {
  for (let after = 0; ; ) {
    const page = await catalogue.listItems({ state: 'active', after, limit: PAGE });
    const jobs = page.map((item) => ({ itemId: item.id, try: item.tries, worker: item.worker }));
    // Should that worker live after all, it finds the item no longer its own and writes nothing more.
    for (const { itemId, worker } of await queue.missing(jobs))
      if (worker !== null) await catalogue.releaseItem(itemId, worker);
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? after;
  }
};
