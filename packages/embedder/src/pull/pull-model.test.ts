import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { randomWeights } from '../model/random-weights.ts';
import { weightsToBytes } from '../model/weights.ts';
import { downloadResumed } from './download-resumed.ts';
import { gitBlobSha1 } from './known-files.ts';
import { pullModel } from './pull-model.ts';

const folder = temporaryFolder('pull');
const content = Buffer.from(weightsToBytes(randomWeights(5)));
const CUT = 3_000_000;

let server: Server;
let url: string;
let etag = '"one"';
const ranges: (string | undefined)[] = [];

/** Sends at most CUT bytes of what is asked for, then breaks the connection. */
beforeAll(async () => {
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    if (request.url === '/gone') return response.writeHead(404).end();
    const matches = request.headers['if-range'] === etag;
    const from = matches ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const rest = content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { etag, 'content-length': rest.length });
    if (rest.length <= CUT) return response.end(rest);
    response.write(rest.subarray(0, CUT), () => setTimeout(() => response.destroy(), 20));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => ranges.splice(0));

describe('downloadResumed', () => {
  test('a transfer that is cut again and again goes on where it was', async () => {
    const target = join(folder, 'cut.bin');
    const seen: number[] = [];
    await downloadResumed({ url: `${url}/m`, target, pauseMs: 1, onProgress: (done) => seen.push(done) });
    expect(readFileSync(target).equals(content)).toBe(true);
    expect(ranges.length).toBeGreaterThan(3);
    expect(ranges.slice(1).every((range) => range !== undefined)).toBe(true);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('what an earlier call left is used, unless the file has changed meanwhile', async () => {
    const target = join(folder, 'later.bin');
    writeFileSync(`${target}.part`, content.subarray(0, content.length - 1000));
    writeFileSync(`${target}.part.etag`, etag);
    await downloadResumed({ url: `${url}/m`, target, pauseMs: 1 });
    expect(ranges).toEqual([`bytes=${content.length - 1000}-`]);
    expect(readFileSync(target).equals(content)).toBe(true);
    writeFileSync(`${target}.part`, Buffer.alloc(5000, 7));
    writeFileSync(`${target}.part.etag`, '"older"');
    etag = '"two"';
    await downloadResumed({ url: `${url}/m`, target, pauseMs: 1 });
    expect(readFileSync(target).equals(content)).toBe(true);
  });

  test('offline, the words say what to do', async () => {
    await expect(
      downloadResumed({ url: 'http://127.0.0.1:9/m', target: join(folder, 'x'), pauseMs: 1 }),
    ).rejects.toMatchObject({ code: 'SOURCE_FETCH_FAILED', message: expect.stringContaining('--from FILE') });
    await expect(
      downloadResumed({ url: `${url}/gone`, target: join(folder, 'y'), pauseMs: 1 }),
    ).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });
});

describe('pullModel', () => {
  test('downloads, checks and installs; a file that is not the known one is said to be unknown', async () => {
    const modelsFolder = join(folder, 'models');
    const pulled = await pullModel({ name: 'clmr', modelsFolder, url: `${url}/m`, pauseMs: 1 });
    expect(pulled.info).toMatchObject({ name: 'clmr', trained: true, license: 'Apache-2.0' });
    expect(pulled.manifest.trainingData).toContain('MagnaTagATune');
    expect(pulled.known).toBeUndefined();
    expect(pulled.sha256).toMatch(/^[0-9a-f]{64}$/);
  }, 60_000);

  test('--from takes a file; one that is no model is refused', async () => {
    const file = join(folder, 'text.zip');
    writeFileSync(file, 'not a model');
    await expect(
      pullModel({ name: 'clmr', modelsFolder: join(folder, 'models2'), from: file }),
    ).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

test("git's name of a content", () => {
  expect(gitBlobSha1(Buffer.from('what is up, doc?'))).toBe('bd9dbf5aae1a3862dd1526723246b20206e5fc37');
});
