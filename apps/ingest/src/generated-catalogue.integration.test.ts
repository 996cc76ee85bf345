import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { silentLogger } from '@soundalike/core';
import { createHttpApp } from '@soundalike/http';
import { openQueue } from '@soundalike/queue';
import { type Service, startS3, temporaryFolder } from '@soundalike/testing';
import { type ExpectedCatalogue, generateCatalogue, MAX_SECONDS } from './generated-catalogue.fixture.ts';
import { registerIngestRoutes } from './http/index.ts';
import { findSameRecordings, startWorker } from './index.ts';
import { createIngestBench, type EmptyIngest, type IngestBench } from './ingest.fixture.ts';

/** The bench runs the same with 2,000: bench/catalogue. */
const FILES = 60;

let bench: IngestBench;
let s3: Service;
let folder: string;
let expected: ExpectedCatalogue;
/** What the folder's run left in the index; every other source must leave the same. */
let reference: unknown;

beforeAll(async () => {
  s3 = await startS3();
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  bench = await createIngestBench({ s3: { endpoint: s3.url } });
  folder = temporaryFolder('catalogue');
  expected = generateCatalogue({
    folder: join(folder, 'music'),
    count: FILES,
    ffmpeg: bench.ffmpeg,
    samples: join(__dirname, '../../../samples/catalogue'),
  });
}, 240_000);
afterAll(async () => {
  await bench?.close();
  await s3?.stop();
});

const deps = { maxSeconds: MAX_SECONDS };
const counts = () => {
  const { indexed, duplicate, failed } = expected;
  return { indexed, duplicate, failed, gone: 0, pending: 0 };
};
const codesOf = (failures: readonly { code: string; count: number }[]) =>
  Object.fromEntries(failures.map(({ code, count }) => [code, count]));
const indexOf = async ({ store }: EmptyIngest) => ({
  counts: await store.counts(),
  tracks: (await store.scanTracks({ limit: 10_000 }))
    .map(({ trackId, clipCount }) => [trackId, clipCount])
    .sort(),
});

test('a folder: every count exact, transcodes grouped, a second run changes nothing, renaming embeds nothing', async () => {
  const here = await bench.empty();
  const report = await here.ingest(join(folder, 'music'), { deps });
  expect(report).toMatchObject(counts());
  expect(codesOf(report.failures)).toEqual(expected.codes);
  reference = await indexOf(here);
  const pairs = [];
  for await (const pair of findSameRecordings(here, new AbortController().signal)) pairs.push(pair);
  const tracks = await here.catalogue.getTracks(pairs.flatMap(({ trackIds }) => trackIds));
  const transcoded = pairs.filter(({ trackIds }) =>
    trackIds.some((id) => tracks.get(id)?.location.path.includes('transcode')),
  );
  expect(transcoded).toHaveLength(expected.transcodes);

  const again = await here.ingest(join(folder, 'music'), { deps });
  expect(again).toMatchObject({
    indexed: 0,
    duplicate: 0,
    unchanged: expected.indexed + expected.duplicate,
    failed: expected.failed,
    audioSeconds: 0,
  });
  renameSync(join(folder, 'music/Ärtist 1'), join(folder, 'music/Umbenannt 雪'));
  const renamed = await here.ingest(join(folder, 'music'), { deps });
  expect(renamed.audioSeconds).toBe(0);
  expect(renamed.gone).toBeGreaterThan(0);
  expect(await indexOf(here)).toEqual(reference);
  renameSync(join(folder, 'music/Umbenannt 雪'), join(folder, 'music/Ärtist 1'));
  await here.catalogue.close();
}, 300_000);

test('a manifest leaves the same index', async () => {
  const here = await bench.empty();
  const manifest = join(folder, 'manifest.jsonl');
  writeFileSync(manifest, expected.files.map((file) => JSON.stringify({ path: `music/${file}` })).join('\n'));
  expect(await here.ingest(manifest, { deps })).toMatchObject(counts());
  expect(await indexOf(here)).toEqual(reference);
  await here.catalogue.close();
}, 300_000);

test('a bucket leaves the same index', async () => {
  const client = new S3Client({ endpoint: s3.url, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'catalogue' }));
  for (const file of expected.files)
    await client.send(
      new PutObjectCommand({
        Bucket: 'catalogue',
        Key: file,
        Body: readFileSync(join(folder, 'music', file)),
      }),
    );
  client.destroy();
  const here = await bench.empty();
  const report = await here.ingest('s3://catalogue', { deps });
  expect(report).toMatchObject(counts());
  expect(codesOf(report.failures)).toEqual(expected.codes);
  expect(await indexOf(here)).toEqual(reference);
  await here.catalogue.close();
}, 300_000);

test('items by HTTP leave the same index', async () => {
  const here = await bench.empty();
  const roots = { music: join(folder, 'music') };
  const queue = await openQueue({ url: 'database:', catalogue: here.catalogue, worker: 'test:1' });
  const app = await createHttpApp({
    logger: silentLogger(),
    title: 'test',
    version: '0',
    allowedHosts: [],
    ready: async () => undefined,
  });
  await registerIngestRoutes(app, {
    catalogue: here.catalogue,
    queue,
    adds: {
      catalogueName: 'default',
      roots: async () => roots,
      temporaryFolder: temporaryFolder('posts'),
      maxUploadBytes: 1e7,
      store: async () => here.store,
    },
  });
  const response = await app.inject({
    method: 'POST',
    url: '/v1/ingest',
    headers: { host: 'localhost', 'x-soundalike': '1' },
    payload: { items: expected.files.map((file) => ({ path: `music/${file}` })) },
  });
  expect(response.json()).toMatchObject({ entries: FILES, queued: FILES });
  const stop = new AbortController();
  const working = startWorker({
    deps: { ...here.deps, ...deps, roots },
    queue,
    concurrency: 4,
    signal: stop.signal,
  });
  for (;;) {
    const { queued, active } = await here.catalogue.stateCounts();
    if (queued + active === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  stop.abort();
  await working;
  const { indexed, duplicate, failed } = expected;
  expect(await here.catalogue.stateCounts()).toMatchObject({ indexed, duplicate, failed });
  expect(await indexOf(here)).toEqual(reference);
  await app.close();
  await here.catalogue.close();
}, 300_000);
