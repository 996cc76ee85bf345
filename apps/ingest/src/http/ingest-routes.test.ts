import { type Catalogue, openCatalogue, type WorkerBeat } from '@soundalike/catalogue';
import { silentLogger } from '@soundalike/core';
import { createHttpApp, type HttpApp, type Scope } from '@soundalike/http';
import { type JobQueue, openQueue } from '@soundalike/queue';
import { registerIngestRoutes } from './index.ts';

let app: HttpApp;
let catalogue: Catalogue;
let queue: JobQueue;
let scopes: ReadonlySet<Scope> = new Set(['admin']);

beforeAll(async () => {
  catalogue = await openCatalogue('memory:');
  queue = await openQueue({ url: 'database:', catalogue, worker: 'test:1' });
  app = await createHttpApp({
    logger: silentLogger(),
    title: 'test',
    version: '0',
    allowedHosts: [],
    ready: async () => undefined,
  });
  await registerIngestRoutes(app, { catalogue, queue, watchEveryMs: 20, scopesOf: () => scopes });
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await queue.close();
  await catalogue.close();
});

const get = async (url: string) => {
  const response = await app.inject({ url, headers: { host: 'localhost' } });
  return { status: response.statusCode, body: response.json() };
};
const post = async (url: string, payload: object = {}) => {
  const response = await app.inject({
    method: 'POST',
    url,
    payload,
    headers: { host: 'localhost', 'x-soundalike': '1' },
  });
  return { status: response.statusCode, body: response.json() };
};

const makeRun = async (paths: readonly string[]) => {
  const run = await catalogue.createRun({ catalogue: 'default', source: '/music' });
  const { queued } = await catalogue.recordFound({
    runId: run.id,
    catalogue: 'default',
    space: 's',
    found: paths.map((path) => ({
      root: 'music',
      path,
      externalId: null,
      metadata: {},
      size: 10,
      modifiedMs: 1,
    })),
  });
  await catalogue.setRunState(run.id, 'running');
  return { run: run.id, items: queued };
};
const fail = async (itemId: number, code: string) => {
  await catalogue.startItem(itemId, 'test:1');
  await catalogue.failItem({ itemId, code, message: `no ${code}`, detail: 'Invalid data', retry: false });
};

describe('the ingest routes', () => {
  let run: number;
  let items: number[];
  beforeAll(async () => {
    ({ run, items } = await makeRun(['a.flac', 'Ä/b 50%.mp3', 'c.mp3', 'd.ogg']));
    await fail(items[0] as number, 'AUDIO_UNDECODABLE');
    await fail(items[1] as number, 'TIMEOUT');
    await fail(items[2] as number, 'TIMEOUT');
    await catalogue.beat(beat());
  });

  test('runs come with counts, and those that go on with progress', async () => {
    const { body } = await get('/v1/ingest/runs');
    expect(body.runs).toHaveLength(1);
    expect(body.runs[0]).toMatchObject({
      run,
      source: '/music',
      state: 'running',
      finishedAt: null,
      counts: { total: 4, queued: 1, failed: 3, indexed: 0 },
      progress: { share: 0.75 },
    });
    expect((await get(`/v1/ingest/runs/${run}`)).body.run).toBe(run);
    expect(await get('/v1/ingest/runs/999')).toMatchObject({ status: 404, body: { code: 'RUN_NOT_FOUND' } });
    expect(await get('/v1/ingest/runs/x')).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID' } });
    expect((await get('/v1/ingest/runs?nonsense=1')).status).toBe(400);
  });

  test('failures are grouped, with what the error table says', async () => {
    const { body } = await get(`/v1/ingest/failures?run=${run}`);
    expect(body).toMatchObject({
      total: 3,
      groups: [
        { code: 'TIMEOUT', count: 2, retryable: true },
        { code: 'AUDIO_UNDECODABLE', count: 1, examples: ['music/a.flac'], retryable: false },
      ],
    });
    expect((await get('/v1/ingest/failures?source=music')).body.total).toBe(3);
    expect((await get('/v1/ingest/failures?until=2020-01-01T00:00:00Z')).body.total).toBe(0);
    expect((await get('/v1/ingest/failures?since=soon')).status).toBe(400);
  });

  test('items are paged by a cursor, filtered and looked at', async () => {
    const first = await get('/v1/ingest/items?state=failed&limit=2');
    expect(first.body.items.map((item: { path: string }) => item.path)).toEqual(['c.mp3', 'Ä/b 50%.mp3']);
    const second = await get(`/v1/ingest/items?state=failed&limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ path: 'a.flac' }], nextCursor: null });
    expect((await get(`/v1/ingest/items?q=${encodeURIComponent('50%')}`)).body.items).toHaveLength(1);
    const item = await get(`/v1/ingest/items/${items[0]}`);
    expect(item.body).toMatchObject({
      location: 'music/a.flac',
      state: 'failed',
      worker: 'test:1',
      error: { code: 'AUDIO_UNDECODABLE', words: 'Invalid data', retryable: false },
      story: [{ attempt: 1, outcome: 'failed', code: 'AUDIO_UNDECODABLE', worker: 'test:1' }],
    });
    expect(await get('/v1/ingest/items/999')).toMatchObject({ body: { code: 'ITEM_NOT_FOUND' } });
  });

  test('a retry queues what failed with a code, or the items named', async () => {
    expect((await post('/v1/ingest/retry', { items: [items[1]] })).body).toEqual({ queued: 1, rowsLeft: 0 });
    expect((await post('/v1/ingest/retry', { code: 'TIMEOUT' })).body).toEqual({ queued: 1, rowsLeft: 0 });
    expect((await post('/v1/ingest/retry', { code: 'TIMEOUT' })).body).toEqual({ queued: 0, rowsLeft: 0 });
    expect((await post('/v1/ingest/retry', { cod: 'TIMEOUT' })).status).toBe(400);
    expect((await post('/v1/ingest/retry', { code: 'TIMEOOT' })).status).toBe(400);
  });

  test('workers are shown with what they are at, and whether they are gone', async () => {
    await catalogue.beat(beat({ name: 'old:1', at: Date.now() - 60_000 }));
    const { body } = await get('/v1/ingest/workers');
    const byName = Object.fromEntries(
      body.workers.map((worker: { worker: string }) => [worker.worker, worker]),
    );
    expect(byName['test:1']).toMatchObject({
      status: 'working',
      provider: 'cpu',
      items: [{ item: 1, path: 'music/a.flac', stage: 'embed' }],
    });
    expect(byName['old:1']).toMatchObject({ status: 'gone' });
  });

  test('activity is what all workers did, as items in each stage', async () => {
    const { body } = await get('/v1/ingest/activity?minutes=10');
    expect(body.bucketSeconds).toBe(30);
    const total = body.points.reduce(
      (sum: number, point: { occupancy: { embed: number } }) =>
        sum + point.occupancy.embed * body.bucketSeconds,
      0,
    );
    expect(total).toBeCloseTo(60, 0);
  });

  test('the queue is paused and resumed', async () => {
    expect((await post('/v1/ingest/queue/pause')).body).toEqual({ paused: true });
    expect((await get('/v1/ingest/queue')).body).toMatchObject({
      kind: 'database',
      paused: true,
      waiting: 3,
      items: { queued: 3, failed: 1 },
      board: null,
      mayAct: true,
    });
    expect((await post('/v1/ingest/queue/resume')).body).toEqual({ paused: false });
    scopes = new Set(['ingest']);
    expect((await get('/v1/ingest/queue')).body.mayAct).toBe(false);
  });

  test('a watched run streams its changes and ends when it is over', async () => {
    const streaming = app.inject({ url: `/v1/ingest/runs/${run}/events`, headers: { host: 'localhost' } });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await catalogue.setRunState(run, 'interrupted');
    const response = await streaming;
    expect(response.headers['content-type']).toMatch(/^text\/event-stream/);
    const events = response.body.split('\n\n').filter(Boolean);
    expect(events[0]).toMatch(/^event: progress\ndata: \{"run":1,.*"state":"running"/);
    expect(events.at(-1)).toMatch(/^event: end\ndata: .*"state":"interrupted"/);
    expect((await get('/v1/ingest/runs/999/events')).status).toBe(404);
  });

  test('an item is found by its whole link and shown without the password; so is the run of it', async () => {
    const link = 'http://user:secret@host/a.mp3';
    const made = await catalogue.createRun({ catalogue: 'default', source: link });
    const file = { externalId: null, metadata: {}, size: null, modifiedMs: null };
    await catalogue.recordFound({
      runId: made.id,
      catalogue: 'default',
      space: 's',
      found: [{ ...file, root: null, path: link }],
    });
    const shown = 'http://user:***@host/a.mp3';
    const { body } = await get(`/v1/ingest/items?q=${encodeURIComponent(link)}`);
    expect(body.items).toMatchObject([{ location: shown, path: shown }]);
    await catalogue.setRunState(made.id, 'interrupted');
    const events = await app.inject({
      url: `/v1/ingest/runs/${made.id}/events`,
      headers: { host: 'localhost' },
    });
    expect(events.body).toContain(`"source":"${shown}"`);
  });

  test('every route says who may use it and what it answers', () => {
    const { paths } = app.swagger() as { paths: Record<string, object> };
    expect(Object.keys(paths).filter((path) => path.startsWith('/v1/ingest'))).toHaveLength(12);
  });
});

const beat = (extra: Partial<WorkerBeat> = {}): WorkerBeat => ({
  name: 'test:1',
  host: 'test',
  startedAt: Date.now() - 100_000,
  at: Date.now(),
  facts: {
    provider: 'cpu',
    providerAsked: 'auto',
    model: 'untrained',
    space: 's',
    concurrency: 4,
    clipsPerSecond: 30,
    rssBytes: 1e8,
    items: [{ itemId: 1, path: 'music/a.flac', stage: 'embed', since: Date.now() - 2_000 }],
  },
  sample: {
    stageMs: { fetch: 1_000, decode: 2_000, embed: 30_000, store: 500 },
    clips: 100,
    audioSeconds: 267,
    done: 3,
    failed: 3,
  },
  ...extra,
});
