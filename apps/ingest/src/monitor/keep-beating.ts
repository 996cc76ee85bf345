import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerFacts } from '@soundalike/catalogue';
import { toSoundalikeError } from '@soundalike/core';
import type { IngestDeps } from '../work/ingest-deps.ts';
import type { WorkMeter } from './work-meter.ts';
import { BEAT_EVERY_MS } from './worker-status.ts';

/** Writes this worker's sign of life until the signal is aborted, then a last one that says it stopped in order. */
export const keepBeating = async (options: {
  deps: IngestDeps;
  meter: WorkMeter;
  concurrency: number;
  everyMs?: number;
  signal: AbortSignal;
}): Promise<void> => {
  const { deps, meter, concurrency, everyMs = BEAT_EVERY_MS, signal } = options;
  const { catalogue, embedder, store, worker, logger } = deps;
  const startedAt = Date.now();
  let last = performance.now();
  const beat = async (stopped: boolean) => {
    const sample = meter.take();
    const now = performance.now();
    const seconds = Math.max((now - last) / 1000, 0.001);
    last = now;
    const facts: WorkerFacts = {
      provider: embedder.provider,
      providerAsked: deps.providerAsked ?? 'auto',
      model: embedder.model.name,
      space: store.space,
      ...deps.spaces?.current(),
      concurrency,
      clipsPerSecond: Math.round((sample.clips / seconds) * 10) / 10,
      rssBytes: process.memoryUsage.rss(),
      items: meter.inHand(),
    };
    await catalogue
      .beat({ name: worker, host: hostname(), facts, startedAt, at: Date.now(), stopped, sample })
      // What this beat would have told is lost; work goes on.
      .catch((error) => logger.debug({ err: toSoundalikeError(error) }, 'the heartbeat was not written'));
  };
  while (!signal.aborted) {
    await beat(false);
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
  await beat(true);
};
