import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { z } from 'zod';
import { createApiKey, createHttpApp, type HttpApp, hashSecret, type KeyRing, type Sender } from './index.ts';

const KEYS = { search: createApiKey(), ingest: createApiKey(), admin: createApiKey() };

/** A ring in memory, over hashes only, as the catalogue's is. */
const createRing = () => {
  const senders = new Map<string, Sender>(
    Object.entries(KEYS).map(([scope, { id, hash }]) => [
      hash,
      { keyId: id, name: scope, scopes: new Set([scope as keyof typeof KEYS]) },
    ]),
  );
  const sessions = new Map<string, string>();
  const byId = (id?: string) => [...senders.values()].find(({ keyId }) => keyId === id);
  const ring: KeyRing = {
    needed: true,
    findKey: async (hash) => senders.get(hash),
    findSession: async (hash) => byId(sessions.get(hash)),
    addSession: async ({ hash, keyId }) => void sessions.set(hash, keyId),
    removeSession: async (hash) => void sessions.delete(hash),
  };
  return { ring, revoke: (hash: string) => senders.delete(hash), sessions };
};

const LINK = 'https://user:secret@host/a.mp3?X-Amz-Signature=0a';

const log = new PassThrough();
let logged = '';
log.on('data', (chunk) => {
  logged += chunk;
});

const apps: HttpApp[] = [];
const build = async (options: { keys?: KeyRing; limits?: object } = {}) => {
  const app = await createHttpApp({
    logger: pino({ level: 'info' }, log),
    title: 'Test',
    version: '1',
    allowedHosts: [],
    ready: async () => undefined,
    ...options,
  });
  const gates: (() => void)[] = [];
  const answer = { schema: { response: { 200: z.strictObject({ ok: z.boolean() }) } } };
  for (const scope of ['search', 'ingest', 'admin'] as const)
    app.get(`/${scope}`, { config: { scope }, ...answer }, async () => ({ ok: true }));
  app.get('/link', { config: { scope: 'search' } }, async () => ({ url: LINK }));
  app.get('/broken-link', { config: { scope: 'search' } }, async () => {
    throw Object.assign(new Error(`No file at ${LINK}`), { statusCode: 400 });
  });
  app.get('/silent', answer, async () => ({ ok: true }));
  app.post('/change', { config: { scope: 'ingest' }, ...answer }, async () => ({ ok: true }));
  app.get('/slow', { config: { scope: 'search', costly: true }, ...answer }, async () => {
    await new Promise<void>((resolve) => gates.push(resolve));
    return { ok: true };
  });
  apps.push(app);
  return Object.assign(app, { gates });
};
afterAll(() => Promise.all(apps.map((app) => app.close())));

const ask = (
  app: HttpApp,
  url: string,
  headers: Record<string, string> = {},
  method: 'GET' | 'POST' | 'DELETE' = 'GET',
) => app.inject({ method, url, headers: { host: 'localhost', ...headers } });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('keys', () => {
  test('each scope opens its routes and those below it, and a route that says nothing is search', async () => {
    const { ring } = createRing();
    const app = await build({ keys: ring });
    const statuses = async (key: string) =>
      Promise.all(
        ['/search', '/silent', '/ingest', '/admin'].map(
          async (url) => (await ask(app, url, bearer(key))).statusCode,
        ),
      );
    expect(await statuses(KEYS.search.key)).toEqual([200, 200, 403, 403]);
    expect(await statuses(KEYS.ingest.key)).toEqual([200, 200, 200, 403]);
    expect(await statuses(KEYS.admin.key)).toEqual([200, 200, 200, 200]);
  });

  test('without a key, with a wrong or a revoked one, nothing but the public is there', async () => {
    const { ring, revoke } = createRing();
    const app = await build({ keys: ring });
    const wrong = createApiKey().key;
    for (const headers of [
      {},
      bearer(wrong),
      bearer('x'),
      bearer(`${KEYS.search.key}x`),
      { authorization: 'Basic eDp5' },
    ]) {
      const reply = await ask(app, '/search', headers);
      expect(reply.statusCode).toBe(401);
      expect(reply.headers['www-authenticate']).toMatch(/^Bearer/);
      expect(reply.json()).toMatchObject({ code: 'UNAUTHORIZED', instance: reply.headers['x-request-id'] });
    }
    expect((await ask(app, '/search', bearer(KEYS.search.key))).statusCode).toBe(200);
    revoke(KEYS.search.hash);
    expect((await ask(app, '/search', bearer(KEYS.search.key))).statusCode).toBe(401);
    for (const url of ['/healthz', '/readyz', '/openapi.json', '/docs/', '/v1/session'])
      expect([url, (await ask(app, url)).statusCode]).toEqual([url, 200]);
    expect((await ask(app, '/nothing')).statusCode).toBe(404);
  });

  test('a session lets a browser in by a cookie no script reads, until it or its key ends', async () => {
    const { ring, revoke, sessions } = createRing();
    const app = await build({ keys: ring });
    const open = (key: string) =>
      app.inject({ method: 'POST', url: '/v1/session', headers: { host: 'localhost' }, payload: { key } });
    expect((await ask(app, '/v1/session')).json()).toEqual({ keysNeeded: true, name: null, scopes: [] });
    expect((await open(createApiKey().key)).statusCode).toBe(401);
    const opened = await open(KEYS.search.key);
    const cookie = String(opened.headers['set-cookie']);
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(KEYS.search.key);
    const headers = { cookie: `other=1; ${cookie.split(';')[0]}` };
    // What is kept is no cookie.
    expect([...sessions.keys()]).toEqual([hashSecret(cookie.split(/[=;]/)[1] as string)]);
    expect((await ask(app, '/search', headers)).statusCode).toBe(200);
    expect((await ask(app, '/ingest', headers)).statusCode).toBe(403);
    // A wrong key is not made good by a session.
    expect((await ask(app, '/search', { ...headers, ...bearer(createApiKey().key) })).statusCode).toBe(401);
    revoke(KEYS.search.hash);
    expect((await ask(app, '/search', headers)).statusCode).toBe(401);
    const other = String((await open(KEYS.admin.key)).headers['set-cookie']).split(';')[0] as string;
    expect((await ask(app, '/admin', { cookie: other })).statusCode).toBe(200);
    const ended = await ask(app, '/v1/session', { cookie: other }, 'DELETE');
    expect(ended.headers['set-cookie']).toMatch(/Max-Age=0/);
    expect((await ask(app, '/admin', { cookie: other })).statusCode).toBe(401);
  });

  test('the log has request and key ids, never a key, a cookie or a token', async () => {
    const { ring } = createRing();
    const app = await build({ keys: ring });
    logged = '';
    const reply = await ask(app, '/ingest', bearer(KEYS.search.key));
    const opened = await app.inject({
      method: 'POST',
      url: '/v1/session',
      headers: { host: 'localhost' },
      payload: { key: KEYS.admin.key },
    });
    const token = String(opened.headers['set-cookie']).split(/[=;]/)[1] as string;
    await ask(app, '/admin', { cookie: `soundalike_session=${token}` });
    const lines = logged
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({
        reqId: reply.headers['x-request-id'],
        key: KEYS.search.id,
        code: 'FORBIDDEN',
      }),
    );
    for (const secret of [KEYS.search.key, KEYS.admin.key, token]) expect(logged).not.toContain(secret);
  });
});

describe('limits', () => {
  test('each key has its own number of requests a minute', async () => {
    const { ring } = createRing();
    const app = await build({ keys: ring, limits: { requestsPerMinute: 3 } });
    for (let i = 0; i < 3; i++)
      expect((await ask(app, '/search', bearer(KEYS.search.key))).statusCode).toBe(200);
    const reply = await ask(app, '/search', bearer(KEYS.search.key));
    expect(reply.statusCode).toBe(429);
    expect(reply.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask(app, '/search', bearer(KEYS.admin.key))).statusCode).toBe(200);
  });

  test('one more costly request than allowed is refused at once; a place is free again when one ends', async () => {
    const app = await build({ limits: { concurrentSearches: 2, requestsPerMinute: 1 } });
    const first = [ask(app, '/slow'), ask(app, '/slow')];
    while (app.gates.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const refused = await ask(app, '/slow');
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['retry-after']).toBe('2');
    for (const open of app.gates.splice(0)) open();
    expect((await Promise.all(first)).map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    const next = ask(app, '/slow');
    while (app.gates.length < 1) await new Promise((resolve) => setImmediate(resolve));
    app.gates[0]?.();
    expect((await next).statusCode).toBe(200);
  });

  test.each([
    ['headers', 'GET /search HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
    [
      'a body',
      'POST /change HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    ],
  ])('a client that never finishes %s is cut off', async (_what, beginning) => {
    const app = await build({ limits: { headersTimeoutMs: 150, requestTimeoutMs: 300 } });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as { port: number };
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(beginning));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });
});

test.each([
  ['headers of 100 kB', 431, `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`],
  ['an address of 100 kB', 431, `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`],
  ['no HTTP at all', 400, 'SSH-2.0-OpenSSH_9\r\n\r\n'],
  [
    'headers of 100 kB after a good request',
    431,
    `GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\nGET / HTTP/1.1\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`,
  ],
])('%s: a problem document, too', async (_what, status, words) => {
  const app = await build();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as { port: number };
  const text = await new Promise<string>((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(words));
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('error', () => undefined); // cut off while we still write
    socket.on('close', () => resolve(received));
  });
  const answer = text.slice(text.lastIndexOf('HTTP/1.1 '));
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain('content-type: application/problem+json');
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
    status,
    code: 'INPUT_INVALID',
    instance: /x-request-id: (\S+)/.exec(answer)?.[1],
  });
});

test('answers and problems show links without what they are signed with', async () => {
  const app = await build();
  const shown = 'https://user:***@host/a.mp3?X-Amz-Signature=***';
  expect((await ask(app, '/link')).json()).toEqual({ url: shown });
  expect((await ask(app, '/broken-link')).json().detail).toBe(`No file at ${shown}`);
});

describe('changes', () => {
  const post = (app: HttpApp, headers: Record<string, string>, payload = 'a=b') =>
    app.inject({ method: 'POST', url: '/change', headers: { host: 'localhost', ...headers }, payload });

  test('what a form of another page can send changes nothing', async () => {
    const app = await build();
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
    ]) {
      const reply = await post(app, { 'content-type': type });
      expect([type, reply.statusCode, reply.json().code]).toEqual([type, 403, 'INTENT_MISSING']);
    }
    expect((await post(app, {}, '')).json()).toMatchObject({ code: 'INTENT_MISSING' });
    expect((await post(app, { 'content-type': 'application/json' }, '{}')).statusCode).toBe(200);
    expect((await post(app, { 'x-soundalike': '1' }, '')).statusCode).toBe(200);
  });

  test('nor do requests from pages of other sites, whatever they carry', async () => {
    const app = await build();
    const attempts: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { host: 'evil.example' },
      { host: 'localhost.evil.example' },
    ];
    for (const headers of attempts)
      expect([
        headers,
        (await post(app, { 'content-type': 'application/json', ...headers }, '{}')).statusCode,
      ]).toEqual([headers, 403]);
  });
});
