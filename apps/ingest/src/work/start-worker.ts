import { setTimeout as sleep } from 'node:timers/promises';
import { toSoundalikeError } from '@soundalike/core';
import type { JobQueue } from '@soundalike/queue';
import { sweepFetched } from '@soundalike/source';
import { keepBeating } from '../monitor/keep-beating.ts';
import { createWorkMeter, observeAll } from '../monitor/work-meter.ts';
import { createAdopter } from './adopt-job.ts';
import { closeRuns } from './close-runs.ts';
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
  await sweepFetched(deps.temporaryFolder);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let fatal: Error | undefined;
  const meter = createWorkMeter();
  const observer = deps.observer ? observeAll(meter, deps.observer) : meter;
  const handler = createJobHandler({ ...deps, observer }, (error) => {
    fatal ??= error;
    stop.abort();
  });
  const feeding = keepFeeding(deps, queue, either);
  // Beats go on while jobs in hand are finished, until nothing is in hand.
  const ended = new AbortController();
  const beating = keepBeating({ deps, meter, concurrency, signal: ended.signal });
  await queue.work(handler, {
    concurrency,
    signal: either,
    onStalled: deps.observer?.stalled,
    adopt: createAdopter(deps, queue, deps.catalogueName ?? 'default'),
  });
  stop.abort();
  ended.abort();
  await Promise.all([feeding, beating]);
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
    await closeRuns(catalogue).catch(() => undefined); // the database is away; the next turn may find it
    await sleep(FEED_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
};
