import type { Catalogue } from '@soundalike/catalogue';
import type { Logger } from '@soundalike/core';
import type { Registry } from '@soundalike/http';
import type { JobQueue } from '@soundalike/queue';
import { Gauge } from 'prom-client';
import { isGone } from './worker-status.ts';

/** Counting a million items takes a moment; scrapes within this time get the last answer, ms, unless told otherwise. */
const KEPT_MS = 10_000;

/** Priority from which on work is bulk. */
const BULK_PRIORITY = 10;

/** How far back a worker that vanished is counted as gone, ms; after that somebody has removed it on purpose. */
const GONE_FOR_MS = 3600 * 1000;

/** What the queue and the ledger hold, looked up when Prometheus asks. */
export const registerQueueMetrics = (options: {
  registry: Registry;
  catalogue: Catalogue;
  queue: JobQueue;
  logger: Logger;
  /** Longer where many processes measure the same queue. */
  keptMs?: number;
}): void => {
  const { registry, catalogue, queue, logger, keptMs = KEPT_MS } = options;
  // Prometheus gets no figure before all are looked up; one look-up serves them all.
  const base = { registers: [registry], collect: () => collect() };
  const jobs = new Gauge({
    name: 'soundalike_queue_jobs',
    help: 'Jobs in the queue, by state.',
    labelNames: ['state'],
    ...base,
  });
  const paused = new Gauge({
    name: 'soundalike_queue_paused',
    help: '1 while the queue is paused.',
    ...base,
  });
  const oldest = new Gauge({
    name: 'soundalike_queue_oldest_seconds',
    help: 'Age of the item that waits longest; 0 where none waits.',
    labelNames: ['priority'],
    ...base,
  });
  const items = new Gauge({
    name: 'soundalike_items',
    help: 'Items of the ledger, by state.',
    labelNames: ['state'],
    ...base,
  });
  const workers = new Gauge({
    name: 'soundalike_workers',
    help: 'Workers that beat, and those that stopped beating within the last hour without saying so.',
    labelNames: ['state'],
    ...base,
  });
  const up = new Gauge({
    name: 'soundalike_queue_up',
    help: '1 where queue and database answered.',
    ...base,
  });

  let lastAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  const collect = (): Promise<void> => {
    if (performance.now() - lastAt < keptMs) return Promise.resolve();
    running ??= read()
      .then(
        () => up.set(1),
        (error) => {
          up.set(0);
          logger.warn({ err: error }, 'the queue could not be measured');
        },
      )
      .finally(() => {
        lastAt = performance.now();
        running = undefined;
      });
    return running;
  };
  const read = async () => {
    const now = Date.now();
    const [counts, states, waiting, known] = await Promise.all([
      queue.counts(),
      catalogue.stateCounts(),
      catalogue.oldestQueued(),
      catalogue.listWorkers({ since: now - GONE_FOR_MS, limit: 1_000 }),
    ]);
    jobs.set({ state: 'waiting' }, counts.waiting);
    jobs.set({ state: 'active' }, counts.active);
    jobs.set({ state: 'delayed' }, counts.delayed);
    paused.set(Number(counts.paused));
    for (const [state, count] of Object.entries(states)) items.set({ state }, count);
    const ageOf = (isBulk: boolean) =>
      Math.max(
        0,
        ...waiting
          .filter(({ priority }) => priority >= BULK_PRIORITY === isBulk)
          .map(({ queuedAt }) => (now - queuedAt) / 1000),
      );
    oldest.set({ priority: 'interactive' }, ageOf(false));
    oldest.set({ priority: 'bulk' }, ageOf(true));
    const running = known.filter(({ stoppedAt }) => stoppedAt === null);
    workers.set({ state: 'alive' }, running.filter((worker) => !isGone(worker, now)).length);
    workers.set({ state: 'gone' }, running.filter((worker) => isGone(worker, now)).length);
  };
};
