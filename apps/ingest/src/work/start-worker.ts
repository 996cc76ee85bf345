import { setTimeout as sleep } from 'node:timers/promises';
import { toSoundalikeError } from '@soundalike/core';
import type { JobQueue } from '@soundalike/queue';
import { sweepTemporary } from '@soundalike/source';
import { keepBeating } from '../monitor/keep-beating.ts';
import { createWorkMeter, observeAll } from '../monitor/work-meter.ts';
import { createAdopter } from './adopt-job.ts';
import { closeRuns } from './close-runs.ts';
import { feedQueue, keepInStep, stopFeeding } from './feed-queue.ts';
import { createJobHandler } from './handle-job.ts';
import type { IngestDeps } from './ingest-deps.ts';

/** How often the queue is compared with the database, and this process's size with its limit, ms. */
const LOOK_EVERY_MS = 10_000;

export interface WorkerOptions {
  readonly deps: IngestDeps;
  readonly queue: JobQueue;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** How long items in hand may go on after the signal, before they are handed back, ms. */
  readonly drainMs?: number | undefined;
  /** Past this size the worker finishes what it has and ends, to be started anew by whatever keeps it running, bytes; 0: no limit. */
  readonly maxRssBytes?: number | undefined;
}

/**
 * Takes jobs until the signal is aborted; those in hand are finished or handed back first.
 *
 * @returns why it ended
 * @throws SoundalikeError what no waiting can mend: `SPACE_MISMATCH`, `MODEL_INVALID`, `FFMPEG_MISSING`, …
 */
export const startWorker = async (options: WorkerOptions): Promise<'stopped' | 'too large'> => {
  const { deps, queue, concurrency, signal, drainMs, maxRssBytes = 0 } = options;
  await sweepTemporary(deps.temporaryFolder);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let fatal: Error | undefined;
  let isTooLarge = false;
  const meter = createWorkMeter();
  const observer = deps.observer ? observeAll(meter, deps.observer) : meter;
  const handler = createJobHandler({ ...deps, observer }, (error) => {
    fatal ??= error;
    stop.abort();
  });
  const looking = every(LOOK_EVERY_MS, either, async () => {
    const { rss } = process.memoryUsage();
    isTooLarge ||= maxRssBytes > 0 && rss > maxRssBytes;
    if (isTooLarge) {
      deps.logger.warn({ rss, limit: maxRssBytes }, 'too large: ending orderly, to be started anew');
      return stop.abort();
    }
    await keepInStep(deps.catalogue, queue, deps.worker).catch((error) =>
      deps.logger.warn({ err: toSoundalikeError(error) }, 'the queue could not be fed'),
    );
    await closeRuns(deps.catalogue).catch(() => undefined); // the database is away; the next turn may find it
  });
  // What was queued just now should not wait until the worker that feeds looks again.
  await feedQueue(deps.catalogue, queue).catch(() => undefined);
  // Beats go on while jobs in hand are finished, until nothing is in hand.
  const ended = new AbortController();
  const beating = keepBeating({ deps, meter, concurrency, signal: ended.signal });
  await queue.work(handler, {
    concurrency,
    signal: either,
    drainMs,
    onStalled: deps.observer?.stalled,
    adopt: createAdopter(deps, queue, deps.catalogueName ?? 'default'),
  });
  stop.abort();
  ended.abort();
  await Promise.all([looking, beating]);
  await stopFeeding(deps.catalogue, deps.worker).catch(() => undefined); // else the lease runs out
  if (fatal) throw fatal;
  return isTooLarge ? 'too large' : 'stopped';
};

const every = async (ms: number, signal: AbortSignal, look: () => Promise<void>): Promise<void> => {
  while (!signal.aborted) {
    await look();
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
};
