/**
 * Rows a second into the real Milvus engine from one process: the SDK's own upsert against the store's `upsertTrack`, in turns in one run, and where the
 * time goes: this process's CPU, the engine's CPU, or waiting.
 *
 *   npm run build && node bench/write/main.mjs [--tracks 1500] [--clips 12] [--rounds 2] [--json]
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { silentLogger } from '../../packages/core/dist/index.js';
import { encodeClip } from '../../packages/store/dist/milvus/collections.js';
import { openMilvusDatabase } from '../../packages/store/dist/milvus/milvus-database.js';
import { LIMITS } from '../../packages/store/dist/milvus/milvus-table.js';
import { makeTrack, randomNumbers } from '../../packages/store/dist/vector-store.fixtures.js';
import { startMilvusEngine } from '../../packages/testing/dist/index.js';

// An exit takes the servers along; a bare signal would leave them.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const { values } = parseArgs({
  options: {
    tracks: { type: 'string', default: '1500' },
    clips: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const [trackCount, clipCount, rounds] = [values.tracks, values.clips, values.rounds].map(Number);

/** Batches that the store has under way at once; the product's own number among them. */
const WRITERS = [...new Set([LIMITS.writers, 4, 8])];
/** Rows of one plain request. */
const BATCH = 500;
const TIMEOUT_MS = 60_000;
/** Linux counts CPU time in hundredths of a second. */
const TICKS = 100;

const random = randomNumbers(11);
const tracks = Array.from({ length: trackCount }, (_, i) =>
  makeTrack(`track-${String(i).padStart(12, '0')}`, { random, clipCount }),
);
const rows = tracks.flatMap(({ track, clips }) =>
  clips.map((clip) =>
    encodeClip({
      ...clip,
      clipId: `${track.trackId}-${track.content8}-${clip.startMs}`,
      trackId: track.trackId,
      content8: track.content8,
      fields: track.fields,
    }),
  ),
);

const engine = await startMilvusEngine();
const databases = new Map(
  WRITERS.map((writers) => [
    writers,
    openMilvusDatabase(engine.url, {
      readOnly: false,
      logger: silentLogger(),
      limits: { ...LIMITS, writers },
    }),
  ]),
);
const client = new MilvusClient({
  address: new URL(engine.url.replace('milvus:', 'http:')).host,
  logLevel: 'error',
  telemetry: { enabled: false },
});
await client.connectPromise;

/** The SDK alone: whole batches, `concurrency` of them under way. */
const plain = (concurrency) => async (space) => {
  const batches = [];
  for (let at = 0; at < rows.length; at += BATCH) batches.push(rows.slice(at, at + BATCH));
  await each(batches, concurrency, async (data) => {
    const answer = await client.upsert({ collection_name: `clips_${space}`, data, timeout: TIMEOUT_MS });
    if (answer.status.error_code !== 'Success' || Number(answer.upsert_cnt) !== data.length)
      throw new Error(JSON.stringify(answer.status));
  });
};

/** The store: clips, track rows, the look for stale rows, checks of every answer. */
const byStore =
  (callers, count = tracks.length) =>
  async (_space, store) => {
    await each(tracks.slice(0, count), callers, ({ track, clips }) => store.upsertTrack(track, clips));
    return count * clipCount;
  };

const cases = [
  ['SDK, one request at a time', plain(1)],
  ['SDK, 4 requests at a time', plain(4)],
  // A fifth of the tracks: few in hand are slow.
  ['store, 8 tracks in hand', byStore(8, Math.ceil(tracks.length / 5))],
  ['store, 200 tracks in hand', byStore(200)],
  ...WRITERS.filter((writers) => writers !== LIMITS.writers).map((writers) => [
    `store, 200 in hand, ${writers} batches at once`,
    byStore(200),
    writers,
  ]),
];

const results = [];
for (let round = 1; round <= rounds; round++)
  for (const [name, write, writers = LIMITS.writers] of cases) {
    const space = `s${results.length}`;
    const store = await databases.get(writers).openSpace(space, { create: true });
    const before = { at: performance.now(), own: process.cpuUsage(), engine: cpuSeconds(engine.pid) };
    const written = (await write(space, store)) ?? rows.length;
    const seconds = (performance.now() - before.at) / 1000;
    const own = process.cpuUsage(before.own);
    const engineCpu = cpuSeconds(engine.pid) - before.engine;
    const flushing = performance.now();
    await client.flushSync({ collection_names: [`clips_${space}`], timeout: TIMEOUT_MS });
    const flushSeconds = (performance.now() - flushing) / 1000;
    const counts = await store.counts();
    if (counts.clips !== written) throw new Error(`${name}: ${counts.clips} rows of ${written}`);
    results.push({
      name,
      round,
      rowsPerSecond: Math.round(written / seconds),
      seconds: rounded(seconds),
      ownCpuMs: rounded((own.user + own.system) / 1e3 / written),
      engineCpuMs: rounded((1000 * engineCpu) / written),
      flushSeconds: rounded(flushSeconds),
    });
    if (!values.json) console.error(JSON.stringify(results.at(-1)));
  }

await client.closeConnection();
for (const database of databases.values()) await database.close();
await engine.stop();
const report = {
  rows: rows.length,
  cores: availableParallelism(),
  load: loadavg()[0].toFixed(1),
  results,
};
console.log(values.json ? JSON.stringify(report, null, 2) : format(report));
process.exit(0);

async function each(items, concurrency, work) {
  const left = items.values();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

/** User and system time of a process and its threads, seconds (from Linux's /proc). */
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function rounded(number) {
  return Math.round(number * 100) / 100;
}

function format({ rows: count, cores, load, results: all }) {
  const lines = cases.map(([name]) => {
    const own = all.filter((result) => result.name === name);
    const best = own.reduce((a, b) => (a.rowsPerSecond > b.rowsPerSecond ? a : b));
    const figures = own.map(({ rowsPerSecond }) => rowsPerSecond.toLocaleString('en')).join(', ');
    return `| ${name} | ${figures} | ${best.seconds} | ${best.ownCpuMs} | ${best.engineCpuMs} | ${best.flushSeconds} |`;
  });
  return [
    `${count.toLocaleString('en')} clip rows of 512 floats, ${cores} cores, load average ${load}`,
    '',
    '| what | rows/s, each round | best: seconds | CPU ms a row here | CPU ms a row of the engine | flush, s |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}
