import { readConfig } from '@soundalike/core';
import { hashSecret } from '@soundalike/http';
import { type Service, startRedis, temporaryFolder } from '@soundalike/testing';
import { createContext } from './context.ts';
import { createServer } from './create-server.ts';
import { needsKeys } from './need-keys.ts';
import { cli } from './server-path.fixture.ts';

const home = temporaryFolder('keys');
const env = { SOUNDALIKE_HOME: home, MODEL: 'untrained', LOG_LEVEL: 'silent' };

/** What is there for everybody: pages without data, health, and what says that a key is needed. */
const PUBLIC = ['/healthz', '/readyz', '/v1/session'];

let redis: Service;
beforeAll(async () => {
  redis = await startRedis();
}, 60_000);
afterAll(() => redis?.stop());

test('a server that others reach does not start without a key, and says how to make one', async () => {
  const reachable: Record<string, string>[] = [
    { HOST: '0.0.0.0' },
    { ALLOWED_HOSTS: 'music.example' },
    { KEYS: 'required' },
  ];
  for (const settings of reachable) {
    const { code, document } = await cli(['serve', '--port', '0'], { ...env, ...settings });
    expect([code, document.error.code]).toEqual([7, 'CONFIG_INVALID']);
    expect(document.error.message).toContain('soundalike keys create');
  }
}, 60_000);

test.each([
  ['127.0.0.1', 'auto', [], false],
  ['localhost', 'auto', ['localhost:7700', '127.0.0.1:7700'], false],
  ['127.0.0.1', 'auto', ['music.example'], true],
  ['127.0.0.1', 'required', [], true],
  ['127.0.0.1', 'off', ['music.example'], false],
  ['0.0.0.0', 'auto', [], true],
  ['::', 'auto', [], true],
  ['192.168.1.5', 'auto', ['localhost'], true],
] as const)('at %s with KEYS=%s and names %j keys are needed: %s', (host, keys, allowedHosts, needed) => {
  expect(needsKeys(host, { keys, allowedHosts })).toBe(needed);
});

test('KEYS=off is refused where others reach the server', () => {
  expect(() => needsKeys('0.0.0.0', { keys: 'off', allowedHosts: [] })).toThrow(/KEYS=off with HOST=0.0.0.0/);
});

test('a key is printed once; then every address of the API, of bull-board and of the metrics needs it', async () => {
  const made = await cli(['keys', 'create', '--name', 'robot', '--scope', 'ingest'], env);
  expect(made.code).toBe(0);
  const { key, id } = made.document;
  expect(made.document).toMatchObject({ name: 'robot', scopes: ['ingest'], usedAt: null, revokedAt: null });
  const admin = (await cli(['keys', 'create', '--name', 'boss', '--scope', 'admin'], env)).document.key;

  const context = createContext({
    config: readConfig({ ...env, QUEUE_URL: redis.url }, '/'),
    isTerminal: false,
  });
  const app = await createServer(context, { keysNeeded: true });
  try {
    const kept = await (await context.catalogue()).findKey(hashSecret(key));
    expect(kept?.id).toBe(id);
    const ask = async (method: string, url: string, given?: string) =>
      (
        await app.inject({
          method: method as 'GET',
          url,
          headers: {
            host: 'localhost',
            'x-soundalike': '1',
            ...(given ? { authorization: `Bearer ${given}` } : {}),
          },
        })
      ).statusCode;
    await app.ready();
    const addresses = Object.entries(app.swagger().paths ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods as object).map(
        (method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '1')] as const,
      ),
    );
    expect(addresses.length).toBeGreaterThan(25);
    const hidden = ['/metrics', '/ingest/bull/', '/ingest/bull/api/queues', '/ingest/bull/static/none.js'];
    for (const [method, path] of [...addresses, ...hidden.map((path) => ['GET', path] as const)])
      if (!PUBLIC.includes(path))
        expect([method, path, await ask(method, path)]).toEqual([method, path, 401]);

    expect(await ask('GET', '/ingest/bull/api/queues', key)).toBe(200);
    expect(await ask('GET', '/metrics', key)).toBe(403);
    expect(await ask('POST', '/v1/ingest/queue/pause', key)).toBe(403);
    expect(await ask('GET', '/metrics', admin)).toBe(200);
    expect(await ask('GET', '/v1/stats', key)).toBe(200);

    // Revoked by another process, refused with the next request.
    expect((await cli(['keys', 'revoke', 'robot'], env)).document.revoked).toHaveLength(1);
    expect(await ask('GET', '/v1/stats', key)).toBe(401);
  } finally {
    await app.close();
    await context.close();
  }
  const { document } = await cli(['keys', 'list'], env);
  expect(
    document.keys.map(({ name, revokedAt }: { name: string; revokedAt: string | null }) => [
      name,
      revokedAt !== null,
    ]),
  ).toEqual([
    ['robot', true],
    ['boss', false],
  ]);
  expect(JSON.stringify(document)).not.toContain(key);
  expect((await cli(['keys', 'revoke', 'robot'], env)).document.error.code).toBe('KEY_NOT_FOUND');
}, 120_000);
