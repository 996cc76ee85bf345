import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { findFfmpeg } from '@soundalike/source';
import { temporaryFolder } from '@soundalike/testing';
import { multipart, startTestServer, type TestServer } from './server.fixture.ts';

/** What a server of ours must refuse, asked of the real one over its real port. */
let server: TestServer;
let base: string;
/** A service of this machine that nobody outside may reach. */
let inner: Server;
let innerHits = 0;

beforeAll(async () => {
  server = await startTestServer({ MAX_UPLOAD_MB: '1', MAX_QUERY_SECONDS: '60' });
  base = await server.app.listen({ host: '127.0.0.1', port: 0 });
  inner = createServer((_request, response) => {
    innerHits += 1;
    response.end('secret');
  });
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
}, 120_000);
afterAll(async () => {
  inner?.close();
  await server?.close();
});

const search = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${base}/v1/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** Every refusal is a problem document with its code, never a 5xx. */
const refusal = async (reply: Response) => {
  const problem = (await reply.json()) as { code: string; status: number; detail: string };
  expect(reply.headers.get('content-type')).toContain('application/problem+json');
  expect(problem.status).toBe(reply.status);
  return { status: reply.status, code: problem.code, detail: problem.detail };
};

const temporary = () => join(server.context.config.home, 'temporary');
/** Removed with the answer, a moment later. */
const untilNothingIsLeft = async () => {
  for (let i = 0; i < 100 && existsSync(temporary()) && readdirSync(temporary()).length > 0; i++)
    await sleep(20);
  expect(existsSync(temporary()) ? readdirSync(temporary()) : []).toEqual([]);
};

describe('links to where no link may lead', () => {
  test.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://LOCALHOST.:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://0x7f.0x0.0x0.0x1:PORT/',
    'http://017700000001:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://127.0.1:PORT/',
    'http://127.255.255.254:PORT/',
    'http://0:PORT/',
    'http://0.0.0.0:PORT/',
    'http://[::]:PORT/',
    'http://[::1]:PORT/',
    'http://[0:0:0:0:0:0:0:1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://[::127.0.0.1]:PORT/',
    'http://[64:ff9b::127.0.0.1]:PORT/',
    'http://[64:ff9b:1::7f00:1]:PORT/',
    'http://[2002:7f00:1::]:PORT/',
    'http://[fe80::1]:PORT/',
    'http://[fd00:ec2::254]/latest/meta-data',
    'http://169.254.169.254/latest/meta-data',
    'http://metadata@169.254.169.254/',
    'http://10.0.0.1/',
    'http://172.31.0.1/',
    'http://192.168.0.1/',
    'http://100.100.100.200/',
    'http://198.18.0.1/',
    'http://240.0.0.1/',
    'http://①②⑦.⓪.⓪.①:PORT/',
    'http://127。0。0。1:PORT/',
    'http://127.0.0.1%2f@example.invalid:PORT/',
    'http://user:password@127.0.0.1:PORT/',
    'file:///etc/passwd',
    'ftp://127.0.0.1/a.mp3',
    'gopher://127.0.0.1:PORT/_x',
    'concat:/etc/passwd',
    'data:audio/wav;base64,UklGRg==',
    'http:///etc/passwd',
    '//127.0.0.1:PORT/',
  ])('%s', async (form) => {
    const url = form.replace('PORT', `${(inner.address() as AddressInfo).port}`);
    const { status } = await refusal(await search({ seeds: [{ url }] }));
    expect([400, 403, 502]).toContain(status);
    expect(innerHits).toBe(0);
  });

  test('what a posted item names is judged the same way', async () => {
    const reply = await fetch(`${base}/v1/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        items: [
          { id: 'x1', path: '../../../../etc/passwd' },
          { id: 'x2', path: '/etc/passwd' },
          { id: 'x3', url: 'file:///etc/passwd' },
        ],
      }),
    });
    if (reply.ok) expect(await reply.json()).toMatchObject({ queued: 0 });
    else expect([400, 422]).toContain((await refusal(reply)).status);
  });
});

describe('requests from elsewhere', () => {
  test('pages of other sites and other names of this machine get nothing', async () => {
    const body = { seeds: [{ trackId: 'T-1' }] };
    const attempts: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of attempts)
      expect(await refusal(await search(body, headers))).toMatchObject({
        status: 403,
        code: 'HOST_FORBIDDEN',
      });
    // fetch sets Host itself.
    const status = await new Promise((resolve) =>
      httpRequest(`${base}/v1/stats`, { headers: { host: 'rebound.example' } }, ({ statusCode }) =>
        resolve(statusCode),
      ).end(),
    );
    expect(status).toBe(403);
  });
});

describe('paths that lead out', () => {
  test.each([
    '/v1/tracks/..%2f..%2f..%2fetc%2fpasswd/audio',
    '/v1/tracks/%2e%2e%2f%2e%2e/audio',
    '/v1/tracks/%00/audio',
    '/..%2f..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/package.json',
    '/assets/..%2f..%2f..%2f..%2fpackage.json',
    '/ingest/..%2f..%2f..%2fpackage.json',
    '/ingest/%5c..%5c..%5cpackage.json',
    '/docs/static/..%2f..%2f..%2fpackage.json',
  ])('%s', async (path) => {
    const reply = await fetch(base + path);
    expect([400, 403, 404]).toContain(reply.status);
    expect(await reply.text()).not.toMatch(/"workspaces"|root:/);
  });
});

describe('bodies', () => {
  test('a body that says it is too large is refused before it is read, one that only becomes so as soon as it is', async () => {
    const announced = await new Promise<number | undefined>((resolve, reject) => {
      const call = httpRequest(
        `${base}/v1/search`,
        {
          method: 'POST',
          headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 900_000_000 },
        },
        (reply) => {
          resolve(reply.statusCode);
          call.destroy();
        },
      );
      call.on('error', reject);
      call.write('--x\r\n');
    });
    expect(announced).toBe(413);

    const endless = await new Promise<{ status: number | undefined; sent: number }>((resolve) => {
      let sent = 0;
      let status: number | undefined;
      const call = httpRequest(
        `${base}/v1/search`,
        { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
        (reply) => {
          status = reply.statusCode;
          reply.resume();
        },
      );
      call.write('--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n');
      const chunk = Buffer.alloc(65_536);
      const feed = () => {
        while (!call.destroyed && sent < 200e6) {
          sent += chunk.length;
          if (!call.write(chunk)) return void call.once('drain', feed);
        }
      };
      call.on('error', () => undefined);
      call.on('close', () => resolve({ status, sent }));
      feed();
    });
    expect(endless.status ?? 413).toBe(413);
    expect(endless.sent).toBeLessThan(50e6);
    expect((await refusal(await search(`{"seeds":"${'x'.repeat(1_100_000)}"}`))).status).toBe(413);
    await untilNothingIsLeft();
  });

  test('compressed bodies are not unpacked', async () => {
    const bomb = gzipSync(JSON.stringify({ seeds: ' '.repeat(50_000_000) }));
    for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip']) {
      const reply = await fetch(`${base}/v1/search`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
        body: new Uint8Array(bomb),
      });
      expect(await refusal(reply)).toMatchObject({ status: 415, code: 'FORMAT_UNSUPPORTED' });
    }
  });

  test.each([
    ['with a length', 'whole.flac', []],
    // Written to a pipe, its header does not say how long it is.
    ['without one', 'piped.flac', ['-f', 'flac', 'pipe:1']],
  ])(
    'a small file of three hours %s is given up at the cap',
    async (_what, name, output) => {
      const path = join(temporaryFolder('bomb'), name);
      const args = [
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        'sine=r=8000:d=10800',
        '-c:a',
        'flac',
        '-af',
        'volume=0',
        '-frame_size',
        '32768',
      ];
      const piped = execFileSync(await findFfmpeg(), [...args, ...(output.length > 0 ? output : [path])], {
        maxBuffer: 1e8,
      });
      const content = output.length > 0 ? piped : readFileSync(path);
      expect(content.length).toBeLessThan(1_000_000);
      const { payload } = multipart([{ name: 'a', filename: name, content }]);
      const reply = await fetch(`${base}/v1/search`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=boundary-of-the-test' },
        body: new Uint8Array(payload),
      });
      expect(await refusal(reply)).toMatchObject({ status: 422, code: 'AUDIO_TOO_LONG' });
      await untilNothingIsLeft();
    },
    60_000,
  );

  const head = (text: string) => `--x\r\n${text}\r\n\r\n`;
  test.each([
    ['no boundary', 'multipart/form-data', 'x'],
    ['an empty boundary', 'multipart/form-data; boundary=', '--\r\n'],
    ['nothing', 'multipart/form-data; boundary=x', ''],
    ['only the end', 'multipart/form-data; boundary=x', '--x--\r\n'],
    ['another boundary', 'multipart/form-data; boundary=x', '--y\r\n\r\n--y--'],
    [
      'a part without an end',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data; name="a"; filename="a"')}abc`,
    ],
    [
      'a part without a name',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data')}abc\r\n--x--\r\n`,
    ],
    ['a part without headers', 'multipart/form-data; boundary=x', '--x\r\n\r\nabc\r\n--x--\r\n'],
    [
      'a field that is no file',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data; name="a"')}abc\r\n--x--\r\n`,
    ],
    [
      'a request that is not JSON',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data; name="request"')}{"seeds"\r\n--x--\r\n`,
    ],
    [
      'a request that is null',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data; name="request"')}null\r\n--x--\r\n`,
    ],
    [
      'two requests',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data; name="request"')}{}\r\n`.repeat(2).concat('--x--\r\n'),
    ],
    [
      'one name twice',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data; name="a"; filename="a"')}a\r\n`.repeat(2).concat('--x--\r\n'),
    ],
    [
      'a hundred parts',
      'multipart/form-data; boundary=x',
      Array.from(
        { length: 100 },
        (_, i) => `${head(`Content-Disposition: form-data; name="a${i}"; filename="a"`)}a\r\n`,
      )
        .join('')
        .concat('--x--\r\n'),
    ],
    ['headers without end', 'multipart/form-data; boundary=x', `--x\r\n${'X-A: b\r\n'.repeat(50_000)}`],
    [
      'one endless header',
      'multipart/form-data; boundary=x',
      `--x\r\nContent-Disposition: form-data; name="${'a'.repeat(200_000)}"; filename="a"\r\n\r\na\r\n--x--\r\n`,
    ],
    [
      '__proto__ as a name',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data; name="__proto__"; filename="a"')}a\r\n--x--\r\n`,
    ],
    [
      'a file name that climbs',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data; name="a"; filename="../../../../tmp/climbed"')}a\r\n--x--\r\n`,
    ],
    [
      'an empty file',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data; name="a"; filename="a"')}\r\n--x--\r\n`,
    ],
    [
      'text instead of audio',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data; name="a"; filename="a.wav"')}hello\r\n--x--\r\n`,
    ],
    [
      'a list that names files',
      'multipart/form-data; boundary=x',
      `${head('Content-Disposition: form-data; name="a"; filename="a.m3u8"')}#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n\r\n--x--\r\n`,
    ],
  ])('multipart: %s', async (_what, type, body) => {
    const reply = await fetch(`${base}/v1/search`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    const { status, detail } = await refusal(reply);
    expect([400, 403, 413, 415, 422]).toContain(status);
    expect(detail).not.toContain(server.context.config.home);
    await untilNothingIsLeft();
  });
});

describe('requests that are too much', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => `a${index}`);
  const seeds = [{ trackId: 'T-1' }];
  const nested = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  test.each([
    ['10,000 artists', { seeds, filter: { artist: many } }],
    ['10,000 tags', { seeds, filter: { tags: { any: many } } }],
    ['10,000 track ids', { seeds, filter: { trackIds: many } }],
    ['10,000 seeds', { seeds: many.map((trackId) => ({ trackId })) }],
    ['a very long name', { seeds, filter: { artist: 'a'.repeat(100_000) } }],
    ['a limit of a million', { seeds, limit: 1_000_000 }],
    ['half a result', { seeds, limit: 0.5 }],
    ['a NUL in a name', { seeds, filter: { artist: 'a\u0000' } }],
    ['no number', '{"seeds":[{"trackId":"T-1","from":1e999}]}'],
    ['a hundred thousand levels', nested],
    ['a prototype', '{"__proto__":{"a":1},"seeds":[]}'],
  ])('%s', async (_what, body) => {
    expect((await refusal(await search(body))).status).toBe(400);
  });

  test('filters of the largest size that is allowed work, also with quotes and wildcards in them', async () => {
    const odd = [`'; drop table tracks; --`, `" or 1=1`, '%', '_', '\\', 'a"b\\\'c', '雪'];
    const artists = [...odd, ...many.slice(0, 93)];
    const trackIds = many.slice(0, 1_000);
    for (const filter of [{ artist: artists }, { trackIds }, { tags: { any: artists, none: ['x'] } }]) {
      const reply = await search({ seeds, filter });
      if (!reply.ok) throw new Error(JSON.stringify(await reply.json()));
      expect(await reply.json()).toMatchObject({ results: [] });
    }
  });

  test.each([
    ['a query of 100 kB', `/v1/tracks?q=${'a'.repeat(100_000)}`, [400, 414, 431]],
    [
      '10,000 parameters',
      `/v1/tracks?${many
        .slice(0, 1_500)
        .map((tag) => `tag=${tag}`)
        .join('&')}`,
      [400, 414, 431],
    ],
    ['a cursor that is none', '/v1/tracks?cursor=%27%3B--', [200, 400]],
    ['a long id', `/v1/tracks/${'a'.repeat(600)}`, [400, 404, 414]],
    ['half a character', '/v1/tracks/%E0%A4%A', [400]],
  ])('%s', async (_what, path, statuses) => {
    expect(statuses).toContain((await fetch(base + path)).status);
  });
});
