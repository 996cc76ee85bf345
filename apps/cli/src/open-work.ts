import type { IngestDeps } from '@soundalike/ingest';
import type { JobQueue } from '@soundalike/queue';
import { checkWorker } from './check-worker.ts';
import type { Context } from './context.ts';
import { ingestDeps } from './ingest-deps.ts';
import { notePaused } from './note-paused.ts';
import type { Output } from './output.ts';

/** What taking work needs, checked. */
export interface Work {
  readonly deps: IngestDeps;
  readonly queue: JobQueue;
  readonly concurrency: number;
  /** Gives back the claim on embedded data. */
  release(): Promise<void>;
}

/**
 * Opens what every command needs that takes items from the queue, after the same checks: a queue that forgets nothing, data that all its
 * workers share, a store that answers, one space, a provider that runs. A paused queue is said, not refused. The cheap refusals come first:
 * no network is started for a queue that cannot be worked on.
 *
 * @throws SoundalikeError `CONFIG_INVALID`, `STORE_UNAVAILABLE`, `SPACE_MISMATCH`, `PROVIDER_UNAVAILABLE`
 */
export const openWork = async (
  context: Context,
  options: { allowVolatileQueue: boolean; output: Output; signal: AbortSignal },
): Promise<Work> => {
  const queue = await context.queue();
  const release = await checkWorker({
    config: context.config,
    queue,
    catalogue: await context.catalogue(),
    ...options,
  });
  try {
    await (await context.vectors()).ping();
    const opened = await ingestDeps(context);
    await notePaused(queue, options.output);
    return { ...opened, queue, release };
  } catch (error) {
    await release();
    throw error;
  }
};
