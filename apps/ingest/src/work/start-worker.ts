import { setTimeout as sleep } from 'node:timers/promises';
import { toSoundalikeError } from '@soundalike/core';
import type { JobQueue } from '@soundalike/queue';
import { feedQueue } from './feed-queue.ts';
import { createJobHandler } from './handle-job.ts';
import type { IngestDeps } from './ingest-deps.ts';

/** How often the queue is compared with the database, ms. */
const FEED_EVERY_MS = 10_000;

/**
 * Takes jobs until the signal is aborted; those in hand are finished or handed back first.
 *
 * @throws SoundalikeError what no waiting can mend: `SPACE_MISMATCH`, `MODEL_INVALID`, `FFMPEG_MISSING`, …
 */
export const startWorker = async (options: {
  deps: IngestDeps;
  queue: JobQueue;
  concurrency: number;
  signal: AbortSignal;
}): Promise<void> => {
  const { deps, queue, concurrency, signal } = options;
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let fatal: Error | undefined;
  const handler = createJobHandler(deps, (error) => {
    fatal ??= error;
    stop.abort();
  });
  const feeding = keepFeeding(deps, queue, either);
  await queue.work(handler, { concurrency, signal: either });
  stop.abort();
  await feeding;
  if (fatal) throw fatal;
};

const keepFeeding = async (
  { catalogue, logger }: IngestDeps,
  queue: JobQueue,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    await feedQueue(catalogue, queue).catch((error) =>
      logger.warn({ err: toSoundalikeError(error) }, 'the queue could not be fed'),
    );
    await sleep(FEED_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
};
