/**
 * `npm run test:chaos`: workers, an embedding service, Redis, PostgreSQL and Milvus, with everything that can die dying at random, and the
 * network between them failing. At the end nothing may be lost, doubled or different. `-- --seed N` repeats the order of faults;
 * `--rounds N` makes it longer, `--each N` gives another number of faults of each kind; `--sabotage lock|insert` breaks the product on purpose, and the run must fail.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { openCatalogue } from '../../packages/catalogue/dist/index.js';
import { loadModel } from '../../packages/embedder/dist/index.js';
import { createBullmqQueue } from '../../packages/queue/dist/bullmq-queue.js';
import { findFfmpeg } from '../../packages/source/dist/index.js';
import { openVectorDatabase } from '../../packages/store/dist/index.js';
import {
  freePort,
  startMilvusEngine,
  startPostgres,
  startRedis,
  temporaryFolder,
} from '../../packages/testing/dist/index.js';
import { check } from './check.mjs';
import { createFaults } from './faults.mjs';
import { supervise } from './processes.mjs';
import { startProxy } from './proxy.mjs';
import { seeded } from './seeded.mjs';
import { writeFfmpeg, writePoison, writeTrack } from './tracks.mjs';

// An exit takes the servers along; a bare signal would leave them.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    each: { type: 'string', default: '10' },
    sabotage: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
const rounds = Number(values.rounds);
const random = seeded(seed);
const ROOT = join(import.meta.dirname, '../..');

/** Tracks waiting at most while faults go on, and the pause between two faults, ms. */
const AHEAD = 20;
const PAUSE_MS = 500;
/** A server that is not back yet is killed so many faults later. */
const LATER = 8;
const REPORT_EVERY_MS = 30_000;
/** Once the faults are over, this long without one more finished item is a failure, ms. */
const STUCK_MS = 120_000;

const began = Date.now();
const say = (text) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);
say(`chaos with --seed ${seed}${values.sabotage ? `, sabotage: ${values.sabotage}` : ''}`);

const music = join(temporaryFolder('chaos'), 'music');
mkdirSync(music);
const ffmpeg = await findFfmpeg();
const [redis, postgres, milvus] = await Promise.all([startRedis(), startPostgres(), startMilvusEngine()]);
const services = { redis, postgres, milvus };
const portOf = (url) => Number(new URL(url.replace(/^\w+:/, 'http:')).port);
const through = (url, proxy) => url.replace(`:${portOf(url)}`, `:${proxy.port}`);
const embedderPort = await freePort();
const proxies = {
  redis: await startProxy(portOf(redis.url), 0),
  postgres: await startProxy(portOf(postgres.url), 0),
  milvus: await startProxy(portOf(milvus.url), 0),
  embedder: await startProxy(embedderPort, 0),
};
say('Redis (AOF), PostgreSQL and Milvus run, each behind a proxy');

const model = await loadModel({ name: 'untrained' });
const catalogue = await openCatalogue(postgres.url);
const vectors = await openVectorDatabase(milvus.url);
const store = await vectors.openSpace(model.info.space, { create: true });
const run = await catalogue.createRun({ catalogue: 'default', source: 'chaos' });
const names = [];
const record = (found) =>
  catalogue.recordFound({
    runId: run.id,
    catalogue: 'default',
    space: model.info.space,
    found: found.map((path) => ({
      root: 'chaos',
      path,
      externalId: null,
      metadata: {},
      size: 1,
      modifiedMs: 1,
    })),
  });
const poison = writePoison(music);
await record(Object.keys(poison));

const base = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  LOG_LEVEL: 'warn',
  MODEL: 'untrained',
  EMBED_PROCESSES: '1',
};
const embedder = supervise('embedder', {
  argv: [join(ROOT, 'apps/cli/dist/main.js'), 'embedder', '--port', `${embedderPort}`],
  env: () => ({ ...base, SOUNDALIKE_HOME: temporaryFolder('chaos-embedder') }),
});
const deaths = Array.from({ length: 6 }, () => 1 + random.below(2));
const workers = [1, 2].map((number) => {
  const home = temporaryFolder(`chaos-worker-${number}`);
  return supervise(`worker ${number}`, {
    argv: [join(ROOT, 'bench/chaos/worker.mjs')],
    env: (life) => ({
      ...base,
      SOUNDALIKE_HOME: home,
      SOUNDALIKE_ROOTS: `chaos=${music}`,
      FFMPEG_PATH: writeFfmpeg(home, ffmpeg),
      QUEUE_URL: through(redis.url, proxies.redis),
      DATABASE_URL: through(postgres.url, proxies.postgres),
      VECTOR_STORE_URL: through(milvus.url, proxies.milvus),
      WORKER_CONCURRENCY: '3',
      CHAOS_SEED: `${seed + 1_000 * number + life}`,
      ...(values.sabotage ? { CHAOS_SABOTAGE: values.sabotage } : {}),
      // The first lives of each end between store and database.
      ...(life <= 3 ? { CHAOS_DIE_AFTER: `${deaths[2 * (life - 1) + number - 1]}` } : {}),
      // One embeds by itself, the other asks the service; floats, so that both give the same bits.
      ...(number === 2
        ? { EMBEDDER_URL: `http://127.0.0.1:${proxies.embedder.port}`, EMBEDDER_PCM: 'f32' }
        : {}),
    }),
  });
});

const client = new Redis(redis.url, { maxRetriesPerRequest: 1 });
client.on('error', () => undefined);
const { faults, calm } = createFaults({ workers, embedder, services, proxies, redis: client, random });
const plan = random.shuffle(
  Object.keys(faults).flatMap((name) => Array.from({ length: rounds * Number(values.each) }, () => name)),
);
const planned = plan.length;
const hits = new Map(Object.keys(faults).map((name) => [name, 0]));

/** New tracks as long as faults go on, so that there is always something to hit. What could not be recorded is recorded next time. */
let unrecorded = [];
const refill = async () => {
  const { queued, active } = await catalogue.stateCounts();
  while (queued + active + unrecorded.length < AHEAD) {
    unrecorded.push(writeTrack(music, seed, names.length));
    names.push(unrecorded.at(-1));
  }
  if (unrecorded.length > 0) await record(unrecorded);
  unrecorded = [];
};
const reporting = setInterval(() => {
  const done = [...hits.values()].reduce((sum, count) => sum + count, 0);
  say(`${done} of ${planned} faults, ${names.length} tracks`);
}, REPORT_EVERY_MS);
for (let misses = 0; plan.length > 0 && misses < planned; ) {
  const name = plan.shift();
  // The database may be the one that is away.
  await refill().catch(() => undefined);
  const hit = await faults[name].do();
  if (hit === 'later') {
    if (plan.every((other) => other === name)) await calm();
    plan.splice(LATER, 0, name);
    continue;
  }
  if (hit === false) {
    misses += 1;
    plan.push(name); // there was nothing to hit just now
  } else hits.set(name, hits.get(name) + 1);
  await sleep(PAUSE_MS);
}
clearInterval(reporting);
await Promise.all([calm(), ...Object.values(proxies).map((proxy) => proxy.calm())]);
await refill();
say(
  `${planned - plan.length} of ${planned} faults: ${[...hits].map(([name, count]) => `${count} ${name}`).join(', ')}`,
);

const queue = await createBullmqQueue({ url: redis.url });
for (let [left, since] = [Infinity, Date.now()]; ; ) {
  const [{ queued, active }, counts] = await Promise.all([catalogue.stateCounts(), queue.counts()]);
  const now = queued + active + counts.active + counts.waiting + counts.delayed;
  if (now === 0) break;
  if (now < left) [left, since] = [now, Date.now()];
  if (Date.now() > since + STUCK_MS) {
    say(`stuck for ${STUCK_MS / 1000} s: ${JSON.stringify({ queued, active, counts })}`);
    break;
  }
  await sleep(500);
}
say('settled; computing the clean run and comparing');
const codes = await Promise.all([...workers, embedder].map((process) => process.stop()));
await store.optimize();
const result = await check({
  catalogue,
  store,
  queue,
  model,
  ffmpeg,
  folder: music,
  names,
  poison,
  lines: workers.flatMap(({ lines }) => lines),
});
const aborts = workers.flatMap(({ lines }) => lines).filter((line) => line.startsWith('AUDIT abort')).length;
say(
  `${result.tracks} tracks, ${result.clips} clips, ${result.failed} failed as they must; workers started ${workers.map(({ counts }) => counts.starts).join(' and ')} times, ${aborts} jobs aborted, ended with ${codes.join(', ')}`,
);
if (codes.some((code) => code !== 0)) result.problems.push(`exit codes after SIGTERM: ${codes.join(', ')}`);
if (plan.length > 0)
  result.problems.push(`${plan.length} faults found nothing to hit: ${[...new Set(plan)]}`);
for (const problem of result.problems) say(`WRONG: ${problem}`);
say(result.problems.length === 0 ? 'nothing lost, nothing doubled, nothing different' : 'FAILED');

client.disconnect();
await queue.close();
await catalogue.close();
await vectors.close();
for (const proxy of Object.values(proxies)) proxy.close();
await Promise.all(Object.values(services).map((service) => service.stop()));
process.exit(result.problems.length === 0 ? 0 : 1);
