import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcp } from 'node:net';
import { join } from 'node:path';
import { silentLogger } from '@soundalike/core';
import { findFfmpeg } from '@soundalike/source';
import { decodeAudio } from '../decode/decode-audio.ts';
import { type Embedder, WINDOW_SAMPLES } from '../embedder.ts';
import { type LoadedModel, loadModel } from '../model/load-model.ts';
import { checkGolden } from '../pool/check-golden.ts';
import { createEmbedder } from '../pool/create-embedder.ts';
import { sliceWindows } from '../slice-windows.ts';
import { createRemoteEmbedder } from './create-remote-embedder.ts';
import { type EmbedderService, serveEmbedder } from './serve-embedder.ts';

const SAMPLES = join(__dirname, '../../../../samples/catalogue');
const KEY = 'only-for-this-test';

let model: LoadedModel;
let local: Embedder;
let service: EmbedderService;
const windows: Float32Array[] = [];

const serve = (extra: { port?: number; host?: string; maxWaiting?: number; keys?: string[] } = {}) =>
  serveEmbedder({ embedder: local, host: '127.0.0.1', port: 0, keys: [], logger: silentLogger(), ...extra });

beforeAll(async () => {
  model = await loadModel();
  local = await createEmbedder({ model, processes: 2 });
  service = await serve({ keys: ['another', KEY] });
  const ffmpeg = await findFfmpeg();
  for (const path of ['Dexter Quill Five/01 Quill Pen.opus', '北の窓/01 雪の駅.opus']) {
    const { chunks } = await decodeAudio({ input: { path: join(SAMPLES, path) }, ffmpeg, channels: 'mix' });
    for await (const { samples } of sliceWindows(chunks, {
      windowSamples: WINDOW_SAMPLES,
      hopSamples: WINDOW_SAMPLES,
      tail: 'drop',
    }))
      windows.push(samples);
  }
}, 60_000);
afterAll(async () => {
  await service.close();
  await local.close();
});

const cosine = (a: Float32Array, b: Float32Array) => {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

test('floats arrive bit for bit; 16-bit samples change the vectors by next to nothing', async () => {
  const expected = await local.embed({ windows });
  const exact = await createRemoteEmbedder({
    urls: [service.url],
    model: model.info,
    key: KEY,
    format: 'f32',
  });
  expect(await exact.embed({ windows })).toEqual(expected);
  await exact.close();
  const rounded = await createRemoteEmbedder({ urls: [service.url], model: model.info, key: KEY });
  const vectors = await rounded.embed({ windows });
  const quiet = windows.map((window) => window.map((sample) => sample * 10 ** (-50 / 20)));
  const quietHere = await local.embed({ windows: quiet });
  const quietThere = await rounded.embed({ windows: quiet });
  const lowest = Math.min(...vectors.map((vector, i) => cosine(vector, expected[i] as Float32Array)));
  const lowestQuiet = Math.min(
    ...quietThere.map((vector, i) => cosine(vector, quietHere[i] as Float32Array)),
  );
  process.stderr.write(
    `16-bit samples, ${windows.length} windows: 1 - lowest cosine ${(1 - lowest).toExponential(1)}, 50 dB quieter ${(1 - lowestQuiet).toExponential(1)}\n`,
  );
  expect(lowest).toBeGreaterThan(0.9995);
  await rounded.close();
}, 120_000);

test('callers without a key or with half a window are refused', async () => {
  const client = (key: string | undefined) =>
    createRemoteEmbedder({ urls: [service.url], model: model.info, key });
  const keyless = await client(undefined);
  await expect(keyless.embed({ windows: windows.slice(0, 1) })).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
  });
  await keyless.close();
  const post = (body: Buffer, query = '') =>
    fetch(`${service.url}/v1/embed${query}`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { authorization: `Bearer ${KEY}` },
    });
  expect((await post(Buffer.alloc(1000))).status).toBe(400);
  expect((await post(Buffer.alloc(WINDOW_SAMPLES * 2), '?format=mp3')).status).toBe(400);
  expect(await (await fetch(`${service.url}/healthz`)).json()).toMatchObject({
    status: 'ok',
    provider: 'cpu',
    space: model.info.space,
    weights: model.info.weightsSha256,
  });
}, 60_000);

test('nodes of two models behind the same addresses: each caller is served by those of its own', async () => {
  const other = await loadModel({ name: 'untrained' });
  const otherLocal = await createEmbedder({ model: other, processes: 1 });
  const green = (port = 0) =>
    serveEmbedder({ embedder: otherLocal, host: '127.0.0.1', port, keys: [], logger: silentLogger() });
  const blue = await serve();
  let second = await green();
  const urls = [blue.url, second.url];
  const connect = (info: LoadedModel['info'], to: readonly string[] = urls) =>
    createRemoteEmbedder({ urls: to, model: info, format: 'f32', patienceMs: 3_000 });
  const some = windows.slice(0, 4);
  const [ours, theirs] = await Promise.all([connect(model.info), connect(other.info)]);
  const [expected, otherExpected] = await Promise.all(
    [local, otherLocal].map((embedder) => embedder.embed({ windows: some })),
  );
  expect(await ours.embed({ windows: some })).toEqual(expected);
  expect(await theirs.embed({ windows: some })).toEqual(otherExpected);

  // Another transform or hop of the same network is served, too: vectors travel raw.
  const moved = await connect({ ...model.info, space: 'f'.repeat(16) }, [blue.url]);
  expect(await moved.embed({ windows: some })).toEqual(expected);
  await moved.close();

  // The green node comes back at its address as a blue one: whoever needs green is told so, whoever needs blue goes on.
  await second.close(0);
  second = await serve({ port: Number(new URL(second.url).port) });
  await expect(theirs.embed({ windows: some })).rejects.toMatchObject({
    code: 'SPACE_MISMATCH',
    message: expect.stringMatching(
      `${model.info.name} .space ${model.info.space}.*needed is model untrained .space ${other.info.space}`,
    ),
  });
  expect(await ours.embed({ windows: some })).toEqual(expected);
  await expect(connect(other.info)).rejects.toMatchObject({ code: 'SPACE_MISMATCH' });
  // One that is away might be of the model: that is no mismatch.
  await blue.close(0);
  await expect(connect(other.info)).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' });
  await Promise.all([ours.close(), theirs.close(), second.close(0), otherLocal.close()]);
}, 120_000);

test('a busy service says when to come back, and clients do', async () => {
  const small = await serve({ maxWaiting: 16 });
  const clients = await Promise.all(
    [1, 2, 3].map(() => createRemoteEmbedder({ urls: [small.url], model: model.info, format: 'f32' })),
  );
  const flood = Array.from({ length: 4 }, () =>
    fetch(`${small.url}/v1/embed?format=f32`, {
      method: 'POST',
      body: new Uint8Array(16 * WINDOW_SAMPLES * 4),
    }),
  );
  const answers = await Promise.all(flood);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  const expected = await local.embed({ windows });
  for (const vectors of await Promise.all(clients.map((client) => client.embed({ windows }))))
    expect(vectors).toEqual(expected);
  for (const client of clients) await client.close();
  await small.close();
}, 120_000);

test('a node that goes away, or whose answers are cut, costs time and never a vector', async () => {
  const expected = await local.embed({ windows });
  // Between client and service: cuts the first answers in the middle.
  let cuts = 3;
  const proxy = createTcp((socket) => {
    const upstream = connect(Number(new URL(second.url).port), '127.0.0.1');
    socket
      .on('error', () => undefined)
      .pipe(upstream)
      .on('error', () => undefined);
    upstream.on('data', (chunk) => {
      if (chunk.length > 1_000 && cuts-- > 0) {
        socket.write(chunk.subarray(0, 700));
        socket.destroy();
      } else socket.write(chunk);
    });
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
  });
  const first = await serve();
  const second = await serve();
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const cutting = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const client = await createRemoteEmbedder({ urls: [first.url, cutting], model: model.info, format: 'f32' });
  const work = Promise.all(Array.from({ length: 4 }, () => client.embed({ windows })));
  await first.close(0);
  for (const vectors of await work) expect(vectors).toEqual(expected);
  expect(cuts).toBeLessThan(3);
  await client.close();
  await second.close();
  proxy.close();
  await expect(
    createRemoteEmbedder({ urls: [second.url], model: model.info, patienceMs: 500 }),
  ).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' });
}, 120_000);

test('several nodes behind one name share the work; one killed costs nothing, one that joins is found', async () => {
  const expected = await local.embed({ windows });
  const served = new Map<string, number>();
  const node = async (host: string, port = 0) => {
    const counting: Embedder = {
      ...local,
      embed: (input) => {
        served.set(host, (served.get(host) ?? 0) + 1);
        return local.embed(input);
      },
    };
    return serveEmbedder({ embedder: counting, host, port, keys: [], logger: silentLogger() });
  };
  const one = await node('127.0.0.2');
  const port = Number(new URL(one.url).port);
  const two = await node('127.0.0.3', port);
  const asked: string[] = [];
  let addresses = ['127.0.0.2', '127.0.0.3'];
  const resolve = async (host: string) => {
    asked.push(host);
    return addresses;
  };
  const client = await createRemoteEmbedder({
    urls: [`http://embedders.internal:${port}`],
    model: model.info,
    format: 'f32',
    names: { resolve, lookUpEveryMs: 50 },
  });
  const embedAll = () => Promise.all(Array.from({ length: 6 }, () => client.embed({ windows })));
  for (const vectors of await embedAll()) expect(vectors).toEqual(expected);
  expect([...served.keys()].sort()).toEqual(['127.0.0.2', '127.0.0.3']);

  const work = embedAll();
  await one.close(0); // in the middle of answers
  for (const vectors of await work) expect(vectors).toEqual(expected);

  const three = await node('127.0.0.4', port);
  addresses = ['127.0.0.3', '127.0.0.4'];
  await new Promise((later) => setTimeout(later, 60));
  for (const vectors of await embedAll()) expect(vectors).toEqual(expected);
  expect(served.get('127.0.0.4')).toBeGreaterThan(0);
  expect(new Set(asked)).toEqual(new Set(['embedders.internal']));

  addresses = []; // a name server that is away does not take the nodes with it
  for (const vectors of await embedAll()) expect(vectors).toEqual(expected);
  await client.close();
  await Promise.all([two.close(0), three.close(0)]);
}, 180_000);

test('something else that answers there is not taken for vectors', async () => {
  const wrong = createServer((request, response) =>
    request.url === '/healthz'
      ? response.end(JSON.stringify({ weights: model.info.weightsSha256, provider: 'cpu', model: 'x' }))
      : response.end('hello'),
  ).listen(0, '127.0.0.1');
  await once(wrong, 'listening');
  const client = await createRemoteEmbedder({
    urls: [`http://127.0.0.1:${(wrong.address() as AddressInfo).port}`],
    model: model.info,
  });
  await expect(client.embed({ windows: windows.slice(0, 1) })).rejects.toMatchObject({
    code: 'EMBED_FAILED',
  });
  await client.close();
  wrong.close();
}, 60_000);

test('an answer without end is cut off, and another node is asked', async () => {
  const endless = createServer((request, response) => {
    if (request.url === '/healthz')
      return response.end(
        JSON.stringify({ weights: model.info.weightsSha256, provider: 'cpu', model: 'x', precision: 'fp32' }),
      );
    const chunk = Buffer.alloc(256 * 1024);
    const write = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', write);
    };
    write();
  }).listen(0, '127.0.0.1');
  await once(endless, 'listening');
  const client = await createRemoteEmbedder({
    urls: [`http://127.0.0.1:${(endless.address() as AddressInfo).port}`, service.url],
    model: model.info,
    key: KEY,
    format: 'f32',
  });
  const few = windows.slice(0, 2);
  expect(await client.embed({ windows: few })).toEqual(await local.embed({ windows: few }));
  await client.close();
  endless.closeAllConnections();
  endless.close();
}, 60_000);

test('the golden clips tell a right network from a wrong one', async () => {
  // int8 on this CPU: 0.99989; fp32 gives 1. The gate for int8 is at 0.99.
  const lowest = await checkGolden(local, model.manifest);
  expect(lowest).toBeGreaterThan(0.9995);
  const wrong: Embedder = {
    ...local,
    embed: async (input) => (await local.embed(input)).map((vector) => vector.slice().reverse()),
  };
  await expect(checkGolden(wrong, model.manifest)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  const untrained = await loadModel({ name: 'untrained' });
  const control = await createEmbedder({ model: untrained, processes: 1 });
  expect(await checkGolden(control, untrained.manifest)).toBeGreaterThan(0.99999);
  await control.close();
}, 60_000);
