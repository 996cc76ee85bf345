import { setTimeout as sleep } from 'node:timers/promises';
import type { RunCounts } from '@soundalike/catalogue';
import type { JobQueue } from '@soundalike/queue';
import { LOOK_SHARE, measureRun, type RunProgress } from '../report/measure-run.ts';
import type { IngestDeps } from './ingest-deps.ts';
import { startWorker } from './start-worker.ts';

/** How often the end is looked for, ms. */
const LOOK_EVERY_MS = 250;

/**
 * Works until a run's items have ended, here and wherever else workers listen, or the signal is aborted.
 *
 * @returns how the run stands then, and what made all work impossible
 */
export const workOffRun = async (options: {
  runId: number;
  deps: IngestDeps;
  queue: JobQueue;
  concurrency: number;
  onProgress?: ((progress: RunProgress) => void) | undefined;
  signal: AbortSignal;
}): Promise<{ counts: RunCounts; failure: unknown }> => {
  const { runId, deps, queue, concurrency, onProgress, signal } = options;
  const { catalogue } = deps;
  const done = new AbortController();
  const working = startWorker({ deps, queue, concurrency, signal: AbortSignal.any([signal, done.signal]) });
  let failure: unknown;
  working.catch((error) => {
    failure = error;
  });
  for (;;) {
    const asked = performance.now();
    const progress = await measureRun(catalogue, runId);
    onProgress?.(progress);
    if (progress.queued + progress.active === 0 || signal.aborted || failure) break;
    const pause = Math.max(LOOK_EVERY_MS, (performance.now() - asked) / LOOK_SHARE);
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
  done.abort();
  await working.catch(() => undefined);
  return { counts: await catalogue.runCounts(runId), failure };
};
