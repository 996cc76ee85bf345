/**
 * A worker as `soundalike worker` runs it, with shorter locks, a store that is slow now and then, an audit of what is written after a lock was
 * lost, a death between store and database, and the two sabotages that show that the test can fail.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@grpc/grpc-js';
import { createContext } from '../../apps/cli/dist/context.js';
import { ingestDeps } from '../../apps/cli/dist/ingest-deps.js';
import { startWorker } from '../../apps/ingest/dist/work/start-worker.js';
import { readConfig } from '../../packages/core/dist/index.js';
import { createBullmqQueue } from '../../packages/queue/dist/bullmq-queue.js';
import { seeded } from './seeded.mjs';

/** Locks of two seconds: what takes half a minute in production happens within a test. */
const LOCK_MS = 2_000;
const STALLED_CHECK_MS = 500;
/** A slow write takes longer than it takes to learn that a lock was lost, ms. */
const SLOW_WRITE_MS = 1_600;
const SLOW_WRITES = 0.25;

const { CHAOS_SABOTAGE: sabotage, CHAOS_SEED: seed, CHAOS_DIE_AFTER: dieAfter } = process.env;
const random = seeded(Number(seed));

// The two requests are the same on the wire up to the name.
const { makeUnaryRequest } = Client.prototype;
if (sabotage === 'insert')
  Client.prototype.makeUnaryRequest = function insert(path, ...rest) {
    return makeUnaryRequest.call(this, path.replace(/\/Upsert$/, '/Insert'), ...rest);
  };

const jobs = new AsyncLocalStorage();
let stored = 0;

/** The real store, slow now and then; tells when something is written for a job whose lock is known to be lost. */
const audited = (store) => ({
  ...store,
  upsertTrack: async (track, clips, options) => {
    const job = jobs.getStore();
    if (random.next() < SLOW_WRITES) await sleep(SLOW_WRITE_MS);
    const isLost = job.signal.aborted;
    await store.upsertTrack(track, clips, options);
    if (isLost) console.error(`AUDIT wrote item ${job.itemId} after its lock was lost`);
    stored += 1;
    if (stored === Number(dieAfter)) process.kill(process.pid, 'SIGKILL');
  },
});

const auditedQueue = (queue) => ({
  ...queue,
  work: (handler, options) =>
    queue.work((job) => {
      const seen = sabotage === 'lock' ? { ...job, signal: new AbortController().signal } : job;
      job.signal.addEventListener('abort', () => console.error(`AUDIT abort ${job.itemId}`));
      return jobs.run(job, () => handler(seen));
    }, options),
});

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const config = readConfig(process.env, process.cwd());
const context = createContext({ config, isTerminal: false });
const start = async () => {
  const { deps, concurrency } = await ingestDeps(context);
  const queue = await createBullmqQueue({
    url: config.queueUrl,
    lockMs: LOCK_MS,
    stalledCheckMs: STALLED_CHECK_MS,
    backoff: () => 300,
  });
  console.error('AUDIT ready');
  await startWorker({
    // One space only, so that every write goes through the audited store.
    deps: { ...deps, spaces: undefined, store: audited(deps.store) },
    queue: auditedQueue(queue),
    concurrency,
    signal: stop.signal,
  });
  await queue.close();
  await context.close();
};
start().then(
  () => process.exit(0),
  (error) => {
    console.error(`worker ended: ${error.code} ${error.message}`);
    process.exit(1); // the harness starts another, as a supervisor would
  },
);
