import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { fetchToFile } from './guarded-fetch.ts';

const folder = temporaryFolder('fetch');
let server: Server;
let base: string;
let hits = 0;
let flakyHits = 0;
const ranges: (string | undefined)[] = [];
const LONG = Buffer.alloc(2_000_000, 'a');
const SONG = Buffer.from(Array.from({ length: 9_000 }, (_, i) => i % 251));

beforeAll(async () => {
  server = createServer((request, response) => {
    hits += 1;
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    if (pathname === '/redirect') response.writeHead(302, { location: searchParams.get('to') ?? '' }).end();
    else if (pathname === '/circle') response.writeHead(302, { location: '/circle' }).end();
    else if (pathname === '/big') response.writeHead(200).end(Buffer.alloc(50_000));
    else if (pathname === '/liar') response.writeHead(200, { 'content-length': '999999999' }).end();
    else if (pathname === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
    else if (pathname === '/middle') response.writeHead(206, { 'content-range': 'bytes 3-7/8' }).end('audio');
    else if (pathname === '/busy') response.writeHead(429, { 'retry-after': '60' }).end();
    else if (pathname === '/hang') response.writeHead(200).write('x');
    else if (pathname === '/flaky') {
      // The first answer is an error, the second breaks off, the third resumes.
      flakyHits += 1;
      ranges.push(request.headers.range);
      if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
      else if (flakyHits === 1) response.writeHead(503, { 'retry-after': '0' }).end();
      else if (flakyHits === 2) {
        response.writeHead(200, { etag: '"v1"', 'content-length': SONG.length });
        response.write(SONG.subarray(0, 5_000), () => setTimeout(() => response.destroy(), 50));
      } else {
        const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
        response
          .writeHead(206, { etag: '"v1"', 'content-range': `bytes ${from}-8999/9000` })
          .end(SONG.subarray(from));
      }
    } else if (pathname === '/status') response.writeHead(Number(searchParams.get('code'))).end();
    else response.end('audio');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let count = 0;
const get = (
  url: string,
  allow: string[] = [],
  extra: { maxBytes?: number; timeoutMs?: number; signal?: AbortSignal } = {},
) => {
  const target = join(folder, `f${count++}`);
  const { signal, ...limits } = extra;
  return {
    target,
    done: fetchToFile({
      url,
      target,
      policy: { allow, maxBytes: 10_000, timeoutMs: 5000, ...limits },
      signal,
    }),
  };
};

describe('addresses that links may not reach', () => {
  const port = () => new URL(base).port;
  test.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://[::127.0.0.1]:PORT/',
    'http://[64:ff9b::7f00:1]:PORT/',
    'http://[2002:7f00:1::]:PORT/',
    'http://0.0.0.0:PORT/',
    'http://[::]:PORT/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://100.64.0.1/',
    'http://224.0.0.1/',
    'http://[fe80::1]/',
    'http://[fc00::1]/',
    'http://[ff02::1]/',
    'http://255.255.255.255/',
    'http://127.0.0.1.:PORT/',
    'http://①②⑦.⓪.⓪.①:PORT/',
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1/',
  ])('%s', async (form) => {
    const before = hits;
    await expect(get(form.replace('PORT', port())).done).rejects.toMatchObject({
      code: expect.stringMatching(/SOURCE_FORBIDDEN|SOURCE_FETCH_FAILED/),
    });
    expect(hits).toBe(before);
  });

  test('a redirect to such an address is refused before it is followed', async () => {
    const before = hits;
    await expect(
      get(`${base}/redirect?to=http://169.254.169.254/`, ['127.0.0.1']).done,
    ).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
    await expect(get(`${base}/redirect?to=file:///etc/passwd`, ['127.0.0.1']).done).rejects.toMatchObject({
      code: 'SOURCE_FORBIDDEN',
    });
    expect(hits).toBe(before + 2);
  });
});

describe('names that resolve to something else each time', () => {
  const PUBLIC = { address: '203.0.114.7', family: 4 } as const;
  const LOOPBACK = { address: '127.0.0.1', family: 4 } as const;

  test('the address that was checked is the one connected to: a second answer gains nothing', async () => {
    const before = hits;
    let asked = 0;
    const policy = {
      allow: [],
      maxBytes: 10_000,
      timeoutMs: 400,
      // Public when it is checked, this machine ever after.
      resolve: async () => [asked++ === 0 ? PUBLIC : LOOPBACK],
    };
    const url = `http://rebind.example:${new URL(base).port}/`;
    const failure = await fetchToFile({ url, target: join(folder, 'rebind'), policy }).catch(
      (error) => error,
    );
    // The first try goes to the public address; each further one is judged anew.
    expect(['TIMEOUT', 'SOURCE_FORBIDDEN', 'SOURCE_FETCH_FAILED']).toContain(failure.code);
    expect(asked).toBeGreaterThan(0);
    expect(hits).toBe(before);
  });

  test.each([
    ['a private address beside a public one', [PUBLIC, LOOPBACK]],
    ['only a private one', [LOOPBACK]],
    ['an IPv6 address that carries one', [{ address: '::ffff:169.254.169.254', family: 6 } as const]],
  ])('%s is refused', async (_what, addresses) => {
    const before = hits;
    const policy = { allow: [], maxBytes: 10_000, timeoutMs: 5_000, resolve: async () => addresses };
    const url = `http://name.example:${new URL(base).port}/`;
    await expect(fetchToFile({ url, target: join(folder, 'name'), policy })).rejects.toMatchObject({
      code: 'SOURCE_FORBIDDEN',
    });
    expect(hits).toBe(before);
  });
});

describe('allowed fetches', () => {
  test.each([['127.0.0.1'], ['127.0.0.0/8']])('ALLOW_FETCH=%s opens loopback', async (allow) => {
    const { target, done } = get(`${base}/redirect?to=/x`, [allow]);
    expect(await done).toMatchObject({ bytes: 5 });
    expect(readFileSync(target, 'utf8')).toBe('audio');
  });

  test('a transfer that breaks is resumed where it stopped; what has not changed is not fetched again', async () => {
    const { target, done } = get(`${base}/flaky`, ['127.0.0.1']);
    expect(await done).toEqual({ bytes: 9_000, etag: '"v1"' });
    expect(readFileSync(target)).toEqual(SONG);
    expect(ranges).toEqual([undefined, undefined, 'bytes=5000-']);
    expect(
      await fetchToFile({
        url: `${base}/flaky`,
        target: join(folder, 'again'),
        policy: { allow: ['127.0.0.1'], maxBytes: 10_000, timeoutMs: 5000 },
        etag: '"v1"',
      }),
    ).toBe('unchanged');
    expect(existsSync(join(folder, 'again'))).toBe(false);
  });

  test('what is too large, too slow, missing or endless ends with its code and leaves no file', async () => {
    const allow = ['127.0.0.1'];
    for (const [path, code] of [
      ['/big', 'SOURCE_TOO_LARGE'],
      ['/liar', 'SOURCE_TOO_LARGE'],
      ['/status?code=404', 'SOURCE_NOT_FOUND'],
      ['/status?code=403', 'SOURCE_FORBIDDEN'],
      ['/status?code=400', 'SOURCE_UNUSABLE'],
      ['/status?code=416', 'SOURCE_FETCH_FAILED'],
      ['/redirect', 'SOURCE_UNUSABLE'],
      ['/redirect?to=http://[', 'SOURCE_UNUSABLE'],
      ['/circle', 'SOURCE_UNUSABLE'],
      [`/redirect?to=${encodeURIComponent('/redirect?to=/')}`, undefined],
    ] as const) {
      const { target, done } = get(base + path, allow);
      if (code) await expect(done).rejects.toMatchObject({ code });
      else await done;
      if (code) expect(existsSync(target)).toBe(false);
    }
    await expect(get(`${base}/hang`, allow, { timeoutMs: 300 }).done).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    await expect(get(`${base}/hang`, allow, { signal: AbortSignal.timeout(200) }).done).rejects.toMatchObject(
      { code: 'CANCELLED' },
    );
  });
});

test('a pause that lasts longer than the time there is names what it waited for', async () => {
  const { done } = get(`${base}/busy`, ['127.0.0.1'], { timeoutMs: 300 });
  await expect(done).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringMatching(/longer than 0\.3 s; the last try: .*\/busy answered 429/),
  });
});

test('a server that closes while its answer still waits to be read costs nothing', async () => {
  const hasty = createTcp((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${LONG.length}\r\nConnection: close\r\n\r\n`);
      socket.end(LONG);
    });
  }).listen(0, '127.0.0.1');
  await once(hasty, 'listening');
  const { port } = hasty.address() as AddressInfo;
  for (let round = 0; round < 20; round++) {
    const { target, done } = get(`http://127.0.0.1:${port}/a.wav`, ['127.0.0.1'], { maxBytes: LONG.length });
    expect(await done).toMatchObject({ bytes: LONG.length });
    expect(readFileSync(target).equals(LONG)).toBe(true);
  }
  hasty.close();
});

test('what comes compressed although nobody asked is refused', async () => {
  const { done } = get(`${base}/gzip`, ['127.0.0.1']);
  await expect(done).rejects.toMatchObject({
    code: 'SOURCE_UNUSABLE',
    message: expect.stringContaining('gzip'),
  });
});

test('a part from the middle, unasked, is refused in words that say so', async () => {
  const { done } = get(`${base}/middle`, ['127.0.0.1']);
  await expect(done).rejects.toMatchObject({
    code: 'SOURCE_UNUSABLE',
    message: expect.stringMatching(/bytes from 3 on, where those from 0 on/),
  });
});
