import { type Catalogue, openCatalogue } from '@soundalike/catalogue';
import { silentLogger } from '@soundalike/core';
import { createHttpApp, type HttpApp, type Scope } from '@soundalike/http';
import { type JobQueue, openQueue } from '@soundalike/queue';
import { type Service, startRedis } from '@soundalike/testing';
import { registerIngestRoutes } from './index.ts';

let redis: Service;
let catalogue: Catalogue;
let queue: JobQueue;
let app: HttpApp;
let scopes: ReadonlySet<Scope> = new Set(['ingest']);

beforeAll(async () => {
  redis = await startRedis();
  catalogue = await openCatalogue('memory:');
  queue = await openQueue({ url: redis.url, catalogue, worker: 'test:1' });
  app = await createHttpApp({
    logger: silentLogger(),
    title: 'test',
    version: '0',
    allowedHosts: [],
    ready: () => queue.ping(),
  });
  await registerIngestRoutes(app, { catalogue, queue, scopesOf: () => scopes });
  await app.ready();
  await queue.add([{ itemId: 1, try: 1 }]);
}, 60_000);
afterAll(async () => {
  await app?.close();
  await queue?.close();
  await catalogue?.close();
  await redis?.stop();
});

const ask = (method: 'GET' | 'PUT', path: string) =>
  app.inject({ method, url: `/ingest/bull${path}`, headers: { host: 'localhost', 'x-soundalike': '1' } });

const board = async () => {
  const { queues } = (await ask('GET', '/api/queues')).json();
  return queues[0] as {
    name: string;
    readOnlyMode: boolean;
    isPaused: boolean;
    counts: Record<string, number>;
  };
};

describe('bull-board', () => {
  test('is served under its own path, with its assets', async () => {
    const page = await ask('GET', '');
    expect(page.statusCode).toBe(200);
    // Without it the page does not find its scripts.
    expect(page.headers['content-security-policy']).toContain("base-uri 'self'");
    expect(page.body).toContain('<base href="/ingest/bull/"');
    const [, script] = /src="([^"]+\.js)"/.exec(page.body) ?? [];
    expect(script).toBeDefined();
    expect((await ask('GET', `/${script?.replace(/^\/ingest\/bull\//, '')}`)).statusCode).toBe(200);
    expect(
      (await app.inject({ url: '/v1/ingest/queue', headers: { host: 'localhost' } })).json(),
    ).toMatchObject({
      kind: 'bullmq',
      waiting: 1,
      board: '/ingest/bull',
      mayAct: false,
    });
  });

  test('without the admin scope it shows and refuses to act', async () => {
    const { name, readOnlyMode, counts } = await board();
    expect(readOnlyMode).toBe(true);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(1);
    expect((await ask('PUT', `/api/queues/${name}/pause`)).statusCode).toBe(405);
    await ask('PUT', '/api/queues/pause');
    expect((await queue.counts()).paused).toBe(false);
  });

  test('with the admin scope it acts', async () => {
    scopes = new Set(['admin']);
    const { name, readOnlyMode } = await board();
    expect(readOnlyMode).toBe(false);
    expect((await ask('PUT', `/api/queues/${name}/pause`)).statusCode).toBe(200);
    expect((await queue.counts()).paused).toBe(true);
    expect((await ask('PUT', `/api/queues/${name}/resume`)).statusCode).toBe(200);
  });
});
