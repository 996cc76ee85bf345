import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '@soundalike/core';
import { createHttpApp, type HttpApp } from '@soundalike/http';
import { openQueue } from '@soundalike/queue';
import { type Service, startRedis, temporaryFolder } from '@soundalike/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { createIngestBench, type EmptyIngest, type IngestBench } from '../ingest.fixture.ts';
import { startWorker } from '../work/start-worker.ts';
import { registerIngestRoutes } from './register-ingest-routes.ts';

let bench: IngestBench;
let here: EmptyIngest;
let app: HttpApp;
let music: string;

beforeAll(async () => {
  bench = await createIngestBench();
  here = await bench.empty();
  music = temporaryFolder('music');
  mkdirSync(join(music, 'sub'));
  bench.tone(join(music, 'sub/a.flac'), 440);
  copyFileSync(join(music, 'sub/a.flac'), join(music, 'sub/copy.flac'));
  bench.tone(join(music, 'b.mp3'), 550);
  app = await createHttpApp({
    logger: silentLogger(),
    title: 'test',
    version: '0',
    allowedHosts: [],
    ready: async () => undefined,
  });
  await registerIngestRoutes(app, {
    catalogue: here.catalogue,
    queue: await openQueue({ url: 'database:', catalogue: here.catalogue, worker: 'test:1' }),
    adds: {
      catalogueName: 'default',
      roots: async () => ({ music }),
      temporaryFolder: temporaryFolder('posts'),
      maxUploadBytes: 10_000,
      store: async () => here.store,
    },
  });
  await app.ready();
}, 120_000);
afterAll(async () => {
  await app?.close();
  await bench?.close();
  await here?.catalogue.close();
});

const post = async (payload: string | object, headers: Record<string, string> = {}, query = '') => {
  const response = await app.inject({
    method: 'POST',
    url: `/v1/ingest${query}`,
    payload,
    headers: { host: 'localhost', 'x-soundalike': '1', ...headers },
  });
  return { status: response.statusCode, body: response.json() };
};

/** Works until nothing is queued. */
const workOff = async (until: () => Promise<boolean>, queueUrl = 'database:') => {
  const stop = new AbortController();
  const queue = await openQueue({ url: queueUrl, catalogue: here.catalogue, worker: 'test:1' });
  const deps = { ...here.deps, roots: { music } };
  const working = startWorker({ deps, queue, concurrency: 2, signal: stop.signal });
  while (!(await until())) await new Promise((resolve) => setTimeout(resolve, 100));
  stop.abort();
  await working;
  await queue.close();
};
const isIdle = async () => {
  const { queued, active } = await here.catalogue.stateCounts();
  return queued + active === 0;
};

test('items are recorded, worked off and found; bad ones are counted', async () => {
  const answer = await post({
    source: 'label',
    items: [
      {
        id: 'A',
        path: 'music/sub/a.flac',
        title: 'Posted',
        tags: ['x'],
        isrc: 'XX1',
        attributes: { mood: 'blue' },
      },
      { id: 'B', path: join(music, 'b.mp3') },
      { path: '/etc/passwd' },
      { path: 'music/../../etc/passwd' },
      { title: 'nowhere' },
      { path: 'music/\0.flac' },
    ],
  });
  expect(answer).toEqual({ status: 202, body: { run: 1, entries: 6, queued: 2, unchanged: 0, failed: 4 } });
  const failed = await here.catalogue.listItems({ state: 'failed', limit: 10 });
  expect(failed.map(({ path }) => path)).toContain('label#item-6');
  expect((await here.catalogue.failureGroups({ source: 'label' })).map(({ code }) => code).sort()).toEqual([
    'MANIFEST_INVALID',
    'SOURCE_FORBIDDEN',
  ]);
  await workOff(isIdle);
  expect(await here.catalogue.findTrack('A')).toMatchObject({
    title: 'Posted',
    tags: ['x'],
    attributes: { isrc: 'XX1', mood: 'blue' },
  });
}, 60_000);

test('a manifest whose header cannot be read is refused, by no name of this machine', async () => {
  const { status, body } = await post('id,"path,title\nA,a.flac,x\n', { 'content-type': 'text/csv' });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    code: 'MANIFEST_INVALID',
    detail: expect.stringMatching(/^posted manifest: its header has a quote that is never closed/),
  });
  expect(await here.catalogue.listRuns(1)).toMatchObject([{ source: 'api', state: 'interrupted' }]);
});

test('a manifest as the body; the same key gets the same answer, another request under it is refused', async () => {
  const csv = 'id;path;title\nA;music/sub/a.flac;Edited\nC;music/sub/copy.flac;Copy\n';
  const headers = { 'content-type': 'text/csv', 'idempotency-key': 'k1' };
  const first = await post(csv, headers, '?source=export');
  expect(first).toMatchObject({ status: 202, body: { entries: 2, queued: 1, unchanged: 1, failed: 0 } });
  expect(await post(csv, headers, '?source=export')).toEqual(first);
  expect(await post(`${csv}X;y;z\n`, headers)).toMatchObject({
    status: 409,
    body: { code: 'IDEMPOTENCY_CONFLICT' },
  });
  const lease = { name: 'idempotency:k2', holder: 'another request', leaseMs: 60_000 };
  await here.catalogue.acquireLease(lease);
  const waiting = await post(csv, { ...headers, 'idempotency-key': 'k2' });
  expect(waiting).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_IN_PROGRESS' } });
  expect(waiting.body.title).toMatch(/same key again in a moment/);
  await here.catalogue.releaseNamedLease(lease);
  await workOff(isIdle);
  expect(await here.catalogue.findTrack('A')).toMatchObject({ title: 'Edited' });
  const jsonl = { 'content-type': 'application/x-ndjson' };
  expect(await post('{"id":"C","path":"music/sub/copy.flac","title":"Copy"}\n', jsonl)).toMatchObject({
    body: { unchanged: 1, queued: 0 },
  });
  expect(await post(`{"path":"${'x'.repeat(11_000)}"}`, jsonl)).toMatchObject({ status: 413 });
  const asJob = { source: 'music/b.mp3', externalId: 'B', metadata: {} };
  expect((await post({ items: [asJob] })).body.detail).toMatch(
    /^body\/items\/0 .*"source".*; an item takes path or url, id, title, .*attributes$/,
  );
  expect(await post({ items: [{ pth: 'x' }] })).toMatchObject({
    status: 400,
    body: { code: 'INPUT_INVALID' },
  });
  const response = await app.inject({ url: '/v1/duplicates', headers: { host: 'localhost' } });
  expect(response.json()).toMatchObject({
    duplicates: [
      {
        evidence: 'same-content',
        copies: [
          { externalId: 'A', title: 'Edited' },
          { externalId: 'C', title: 'Copy' },
        ],
      },
    ],
    nextCursor: null,
  });
}, 60_000);

test('a manifest as the file of a form; its name or type says what it is', async () => {
  const form = (parts: readonly string[]) =>
    post(`${parts.map((part) => `--b\r\ncontent-disposition: form-data; ${part}\r\n`).join('')}--b--\r\n`, {
      'content-type': 'multipart/form-data; boundary=b',
    });
  const file = (name: string, text: string, type = 'application/octet-stream') =>
    `name="manifest"; filename="${name}"\r\ncontent-type: ${type}\r\n\r\n${text}`;
  const csv = 'id;path;title\nC;music/sub/copy.flac;Copy\n';
  const known = { status: 202, body: { entries: 1, unchanged: 1, queued: 0, failed: 0 } };
  expect(await form([file('Export Ä.CSV', csv)])).toMatchObject(known);
  expect(await form([file('blob', csv, 'text/csv; charset=utf-8')])).toMatchObject(known);
  expect(await form([file('cover.jpg', csv)])).toMatchObject({ status: 415 });
  expect(await form([file('a.csv', csv), file('b.csv', csv)])).toMatchObject({ status: 400 });
  expect(await form(['name="source"\r\n\r\nlabel'])).toMatchObject({ status: 400 });
  expect(await form([file('large.csv', csv.repeat(400))])).toMatchObject({ status: 413 });
}, 30_000);

test('posted items go before a manifest that was there first', async () => {
  for (const name of ['m1', 'm2', 'i']) bench.tone(join(music, `${name}.wav`), 700);
  const jsonl = { 'content-type': 'application/x-ndjson' };
  await post('{"path":"music/m1.wav"}\n{"path":"music/m2.wav"}\n', jsonl);
  await post({ items: [{ path: 'music/i.wav' }] });
  const paths = async (priority: { from: number; below?: number }) =>
    Promise.all(
      (await here.catalogue.queuedItems({ limit: 10, priority })).map(
        async ({ itemId }) => (await here.catalogue.getItem(itemId))?.path,
      ),
    );
  expect(await paths({ from: 0, below: 10 })).toEqual(['i.wav']);
  expect(await paths({ from: 10 })).toEqual(['m1.wav', 'm2.wav']);
  const [first] = await here.catalogue.claimItems({ worker: 'w:1', limit: 1, leaseMs: -1 });
  expect((await here.catalogue.getItem(first?.itemId ?? 0))?.path).toBe('i.wav');
  expect(await post({ items: [{ path: 'music/none.wav' }] }, {}, '?priority=soon')).toMatchObject({
    status: 400,
  });
  await workOff(isIdle);
}, 60_000);

describe('jobs of outside producers', () => {
  let redis: Service;
  beforeAll(async () => {
    redis = await startRedis();
  }, 30_000);
  afterAll(() => redis?.stop());

  test('good ones are taken in and indexed, bad ones fail with a code', async () => {
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    const producer = new Queue('soundalike-ingest', { connection });
    await producer.add('song', {
      v: 1,
      source: 'music/sub/a.flac',
      externalId: 'J',
      metadata: { title: 'By job', attributes: { bpm: 120 } },
    });
    const bad = await producer.add('song', { v: 2, source: 'music/b.mp3' });
    await producer.add('song', { v: 1, source: '/etc/passwd' });
    const wrong = [
      bad,
      await producer.add('song', { v: 1, itemId: -1 }),
      await producer.add('song', { v: 1, itemId: 'x' }),
      await producer.add('song', { v: 1, itemId: 3, source: 'music/b.mp3' }),
    ];
    // Of an item that there is no more, as a stale job is: nothing to do.
    const stale = await producer.add('item', { v: 1, itemId: 999_999 });
    await workOff(
      async () =>
        (await here.catalogue.findTrack('J')) !== undefined &&
        (await here.catalogue.failureGroups({ source: 'jobs' })).reduce(
          (sum, { count }) => sum + count,
          0,
        ) === 5,
      redis.url,
    );
    expect(await here.catalogue.findTrack('J')).toMatchObject({ title: 'By job', attributes: { bpm: 120 } });
    expect(await here.catalogue.failureGroups({ source: 'jobs' })).toEqual([
      { code: 'JOB_INVALID', count: 4, examples: wrong.slice(0, 3).map(({ id }) => `job ${id}`) },
      { code: 'SOURCE_FORBIDDEN', count: 1, examples: [expect.stringMatching(/^job /)] },
    ]);
    const reasonOf = async ({ id = '' }: { id?: string | undefined }) =>
      (await producer.getJob(id))?.failedReason;
    for (const job of wrong) expect(await reasonOf(job)).toMatch(/^JOB_INVALID: /);
    expect(await reasonOf(wrong[1] ?? {})).toMatch(/itemId must be a whole number from 1 up/);
    expect(await (await producer.getJob(stale.id ?? ''))?.getState()).toBe('completed');
    await producer.close();
    connection.disconnect();
  }, 60_000);
});

test('others are answered while garbage is written down, and a server that stops gives it up', async () => {
  const rows = '1\n'.repeat(4_900);
  const headers = { 'content-type': 'application/x-ndjson' };
  const posted = post(rows, headers, '?source=garbage').catch((error: Error) => error);
  const isScanning = async () => (await here.catalogue.listRuns(1))[0]?.source === 'garbage';
  while (!(await isScanning())) await new Promise((resolve) => setTimeout(resolve, 10));
  const other = await app.inject({ url: '/healthz', headers: { host: 'localhost' } });
  expect(other.statusCode).toBe(200);
  expect(await here.catalogue.listRuns(1)).toMatchObject([{ state: 'scanning' }]);
  await app.close();
  expect(await posted).toMatchObject({ status: 499, body: { code: 'CANCELLED' } });
  expect(await here.catalogue.listRuns(1)).toMatchObject([{ state: 'interrupted' }]);
}, 60_000);
