/** Bytes a track in every place that keeps something, measured on real servers with rows of the size that a track has. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { Redis } from 'ioredis';
import { openCatalogue } from '../../packages/catalogue/dist/index.js';
import { createBullmqQueue } from '../../packages/queue/dist/bullmq-queue.js';
import { openVectorDatabase } from '../../packages/store/dist/index.js';
import { makeTrack, randomNumbers } from '../../packages/store/dist/vector-store.fixtures.js';
import {
  startMilvusEngine,
  startPostgres,
  startRedis,
  temporaryFolder,
} from '../../packages/testing/dist/index.js';

const TIMEOUT_MS = 120_000;

const sizeOf = (path) => Number(execFileSync('du', ['-sb', path], { encoding: 'utf8' }).split('\t')[0]);

const hash = (n, length) => Buffer.from(`${n}`.padStart(64, 'x7Qk')).toString('base64url').slice(0, length);

/** Rows of `tracks` tracks in the catalogue: item, attempt, track, presence, and signature apart. */
const fill = async (catalogue, { tracks, from, signature, clips }) => {
  const space = { name: 'f'.repeat(16), model: 'bench', description: {} };
  await catalogue.ensureSpace(space);
  const run = await catalogue.createRun({ catalogue: 'default', source: 'capacity' });
  const metadata = {
    title: 'A title of usual length',
    artist: 'An artist',
    album: 'An album by them',
    genre: 'rock',
    year: 1999,
    tags: ['live', 'guitar'],
  };
  const found = Array.from({ length: tracks }, (_, i) => ({
    root: 'music',
    path: `An artist/An album by them/${from + i} A title of usual length.flac`,
    externalId: `ID-${from + i}`,
    metadata,
    size: 30_000_000 + i,
    modifiedMs: 1.7e12 + i,
  }));
  const { queued } = await catalogue.recordFound({
    runId: run.id,
    catalogue: 'default',
    space: space.name,
    found,
  });
  for (const [i, itemId] of queued.entries()) {
    const contentId = `${hash(from + i, 14)}${String(from + i).padStart(8, '0')}`;
    await catalogue.startItem(itemId, 'host:1');
    if (signature) await catalogue.putSignature(contentId, signature);
    await catalogue.finishItem({
      itemId,
      worker: 'host:1',
      contentId,
      track: {
        id: contentId,
        catalogue: 'default',
        externalId: `ID-${from + i}`,
        contentId,
        space: space.name,
        durationSeconds: 210,
        clipCount: clips,
        coverage: 'full',
        attributes: {},
        ...metadata,
      },
      timings: { fetch: 12, decode: 400, embed: 1600, store: 40 },
      audioSeconds: 210,
      fileMetadata: {},
    });
  }
};

/** Bytes a track in a database, without and with its signature. */
export const databaseBytes = async ({ tracks, signature, clips }) => {
  const postgres = await startPostgres();
  const folder = temporaryFolder('capacity');
  const measured = {};
  for (const [name, url, size] of [
    ['sqlite', `sqlite:${join(folder, 'c.db')}`, async () => sizeOf(folder)],
    ['postgres', postgres.url, async () => postgresBytes(postgres.url)],
  ]) {
    // Closed before it is measured, so that no journal is counted.
    const filled = async (options) => {
      const catalogue = await openCatalogue(url);
      await fill(catalogue, { clips, ...options });
      await catalogue.close();
      return size();
    };
    const empty = await filled({ tracks: 50, from: 0, signature });
    const without = await filled({ tracks, from: 100 });
    const all = await filled({ tracks, from: 100 + tracks, signature });
    measured[name] = Math.round((without - empty) / tracks);
    measured[`${name}Signature`] = Math.max(0, Math.round((all - 2 * without + empty) / tracks));
  }
  await postgres.stop();
  return measured;
};

const postgresBytes = (url) => {
  const address = new URL(url);
  const psql = (sql) =>
    execFileSync(
      'psql',
      ['-h', address.hostname, '-p', address.port, '-U', address.username, '-d', 'soundalike', '-Atc', sql],
      { encoding: 'utf8' },
    );
  psql('vacuum full');
  return Number(psql("select pg_database_size('soundalike')"));
};

/** Bytes of Redis for a waiting job. */
export const redisBytes = async (jobs) => {
  const redis = await startRedis();
  const client = new Redis(redis.url);
  const queue = await createBullmqQueue({ url: redis.url });
  const used = async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1]);
  const before = await used();
  await queue.add(Array.from({ length: jobs }, (_, i) => ({ itemId: i + 1, try: 1 })));
  const after = await used();
  await queue.close();
  client.disconnect();
  await redis.stop();
  return Math.round((after - before) / jobs);
};

const tracksOf = (tracks, clipCount) => {
  const random = randomNumbers(3);
  const fields = {
    artist: 'An artist',
    album: 'An album by them',
    genre: 'rock',
    tags: ['live', 'guitar'],
    year: 1999,
    duration: 210,
  };
  return Array.from({ length: tracks }, (_, i) =>
    makeTrack(`${hash(i, 14)}${String(i).padStart(8, '0')}`, { random, clipCount, fields }),
  );
};

const write = async (store, fixtures) => {
  const left = fixtures.values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const { track, clips } of left) await store.upsertTrack(track, clips);
    }),
  );
};

/** Bytes a clip (the track's own row shared out) in LanceDB after compaction. */
export const lanceBytes = async ({ tracks, clips }) => {
  const folder = temporaryFolder('capacity-lance');
  const database = await openVectorDatabase(`lancedb:${folder}`);
  const store = await database.openSpace('capacity', { create: true });
  await write(store, tracksOf(tracks, clips));
  await store.optimize();
  await database.close();
  return Math.round(sizeOf(folder) / (tracks * clips));
};

/** Bytes a clip in Milvus' object storage after flush and compaction. */
export const milvusBytes = async ({ tracks, clips }) => {
  const engine = await startMilvusEngine();
  const folder = readlinkSync(`/proc/${engine.pid}/cwd`);
  const database = await openVectorDatabase(engine.url);
  const client = new MilvusClient({
    address: new URL(engine.url.replace('milvus:', 'http:')).host,
    logLevel: 'error',
    telemetry: { enabled: false },
  });
  await client.connectPromise;
  const store = await database.openSpace('capacity', { create: true });
  await write(store, tracksOf(tracks, clips));
  await store.optimize();
  const collection = 'clips_capacity';
  const ok = async (call) => {
    const answer = await call;
    const { error_code: code, reason } = answer.status ?? answer;
    if (code !== 'Success') throw new Error(reason);
    return answer;
  };
  const { compactionID } = await ok(client.compact({ collection_name: collection, timeout: TIMEOUT_MS }));
  while ((await ok(client.getCompactionState({ compactionID, timeout: TIMEOUT_MS }))).state === 'Executing')
    await sleep(500);
  const stored = find(folder, 'insert_log');
  const rows = tracks * clips;
  const measured = { rows: Math.round((stored ? sizeOf(stored) : 0) / rows) };
  await client.closeConnection();
  await database.close();
  await engine.stop();
  return measured;
};

const find = (folder, name) => {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory() && entry.name === name) return join(entry.parentPath, entry.name);
  return undefined;
};
