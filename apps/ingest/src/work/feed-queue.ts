import type { Catalogue } from '@soundalike/catalogue';
import type { JobQueue } from '@soundalike/queue';

/** Jobs kept waiting in a queue server at most: 865 bytes of Redis each. The database holds the rest. */
const WINDOW = 100_000;

const PAGE = 1_000;

/**
 * Gives the queue what the database calls queued; adding a job that is there already changes nothing, so this also brings back what a
 * queue server lost. Stops at a bounded window.
 */
export const feedQueue = async (catalogue: Catalogue, queue: JobQueue): Promise<void> => {
  if (queue.kind === 'database') return queue.add([]);
  const { waiting } = await queue.counts();
  let after = 0;
  for (let room = WINDOW - waiting; room > 0; ) {
    const page = await catalogue.queuedItems({ after, limit: Math.min(PAGE, room) });
    await queue.add(page);
    room -= page.length;
    after = page.at(-1)?.itemId ?? after;
    if (page.length < PAGE) return;
  }
};
