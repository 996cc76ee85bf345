import { readConfig } from '@soundalike/core';
import type { HttpApp } from '@soundalike/http';
import { type Service, startMilvusLite, temporaryFolder } from '@soundalike/testing';
import { type Context, createContext } from './context.ts';
import { createServer } from './create-server.ts';

let milvus: Service;
let context: Context;
let app: HttpApp;
beforeAll(async () => {
  milvus = await startMilvusLite();
  const settings = {
    SOUNDALIKE_HOME: temporaryFolder('ready'),
    VECTOR_STORE_URL: milvus.url,
    LOG_LEVEL: 'silent',
  };
  context = createContext({ config: readConfig(settings, '/'), isTerminal: false });
  app = await createServer(context);
}, 120_000);
afterAll(async () => {
  await app?.close();
  await context?.close();
  await milvus?.stop();
}, 30_000);

const ready = async () => {
  const { headers, body } = await app.inject({ url: '/readyz', headers: { host: 'localhost' } });
  return { retryAfter: headers['retry-after'], ...JSON.parse(body) };
};
const untilReady = async () => {
  for (let i = 0; i < 30 && (await ready()).status !== 'ready'; i++);
  expect(await ready()).toMatchObject({ status: 'ready' });
};

test('ready is who can read a row of the live space; a store that is away is 503', async () => {
  await untilReady();
  // A space that only the database knows cannot be searched.
  const space = 'a'.repeat(16);
  await (await context.catalogue()).ensureSpace({ name: space, model: 'm', description: {} });
  expect(await ready()).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
  await (await context.vectors()).openSpace(space, { create: true });
  await untilReady();

  await milvus.kill();
  expect(await ready()).toMatchObject({
    status: 503,
    code: 'STORE_UNAVAILABLE',
    retryAfter: expect.any(String),
  });
  expect((await app.inject({ url: '/healthz', headers: { host: 'localhost' } })).statusCode).toBe(200);
}, 180_000);
