import type { Catalogue } from '@soundalike/catalogue';
import type { JobQueue } from '@soundalike/queue';
import { feedQueue } from '../work/feed-queue.ts';

/** Tracks looked up at once. */
const PAGE = 1_000;

/**
 * Queues the items whose tracks one space has and another lacks, as a run of their own; workers bring them in. Items that are on their way
 * already are left to that.
 *
 * @returns the run, where any item was queued
 */
export const queueMissing = async (options: {
  catalogue: Catalogue;
  queue: JobQueue;
  catalogueName: string;
  /** The space to fill, and the one that has the tracks. */
  space: string;
  from: string;
  onQueued?: ((items: number) => void) | undefined;
}): Promise<{ run: number | undefined; missing: number; queued: number }> => {
  const { catalogue, queue, catalogueName, space, from, onQueued } = options;
  let run: number | undefined;
  let [missing, queued] = [0, 0];
  for (let after: string | undefined; ; ) {
    const page = await catalogue.missingInSpace({ space, from, after, limit: PAGE });
    if (page.length > 0) {
      if (run === undefined) {
        run = (await catalogue.createRun({ catalogue: catalogueName, source: `index ${space}` })).id;
        await catalogue.setSpaceRun(space, run);
      }
      missing += page.length;
      queued += (await catalogue.queueTracks(page, run)).length;
      onQueued?.(queued);
    }
    if (page.length < PAGE) break;
    after = page.at(-1);
  }
  if (run !== undefined) await catalogue.setRunState(run, queued > 0 ? 'running' : 'done');
  if (queued > 0) await feedQueue(catalogue, queue);
  return { run, missing, queued };
};
