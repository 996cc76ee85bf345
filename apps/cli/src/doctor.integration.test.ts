import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startRedis, temporaryFolder } from '@soundalike/testing';
import { cli, startCli } from './server-path.fixture.ts';

interface Line {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

const homed = (home: string, more: Record<string, string> = {}) => ({
  SOUNDALIKE_HOME: home,
  MODEL: 'untrained',
  EMBED_PROCESSES: '1',
  ...more,
});
const examine = async (env: Record<string, string>) => {
  const { code, document } = await cli(['doctor'], env);
  const lines = document as Line[];
  return {
    code,
    failing: lines.filter(({ ok }) => !ok),
    lineOf: (name: string) => lines.find((line) => line.name === name),
  };
};

test('on a new machine everything is well, and each line says what was found', async () => {
  const { code, failing, lineOf } = await examine(homed(temporaryFolder('doctor')));
  expect({ code, failing }).toEqual({ code: 0, failing: [] });
  expect(lineOf('ffmpeg')?.detail).toMatch(/ffmpeg/);
  expect(lineOf('database')?.detail).toMatch(/catalogue\.db, 0 tracks$/);
  expect(lineOf('store')?.detail).toMatch(/none yet$/);
  expect(lineOf('model')?.detail).toMatch(/untrained.*space [0-9a-f]{16}$/);
  expect(lineOf('provider')?.detail).toMatch(/^cpu.*512 numbers/);
}, 60_000);

test('what is away has a line with the way out, the rest is still looked at', async () => {
  const port = await freePort();
  const env = homed(temporaryFolder('doctor-away'), {
    VECTOR_STORE_URL: `milvus://127.0.0.1:${port}`,
    QUEUE_URL: `redis://127.0.0.1:${port}`,
    FFMPEG_PATH: '/nowhere/ffmpeg',
  });
  const { code, failing, lineOf } = await examine(env);
  expect(code).toBe(7);
  expect(failing.map(({ name }) => name).sort()).toEqual(['ffmpeg', 'queue', 'store']);
  for (const { detail } of failing) expect(detail).toMatch(/ – \S/);
  expect(lineOf('provider')?.ok).toBe(true);
  const told = startCli(['doctor'], env);
  expect(await told.ended).toBe(7);
  expect(told.stdout()).toMatch(/^FAIL {2}ffmpeg {4}.*\/nowhere\/ffmpeg/m);
}, 120_000);

test('a Redis that forgets is named with the setting that mends it', async () => {
  const redis = await startRedis({
    extraArguments: ['--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru'],
  });
  try {
    const { lineOf } = await examine(homed(temporaryFolder('doctor-redis'), { QUEUE_URL: redis.url }));
    expect(lineOf('queue')).toMatchObject({ ok: false });
    expect(lineOf('queue')?.detail).toMatch(/noeviction/);
    expect(lineOf('queue')?.detail).toMatch(/redis-cli config set appendonly yes/);
    expect(lineOf('queue')?.detail).not.toMatch(/unexpected|report it/);
  } finally {
    await redis.stop();
  }
}, 60_000);

test('a database that is none: what needs it says so once', async () => {
  const home = temporaryFolder('doctor-damage');
  writeFileSync(join(home, 'catalogue.db'), 'no database at all, only text '.repeat(100));
  const { code, failing, lineOf } = await examine(homed(home));
  expect(code).toBe(7);
  expect(lineOf('database')?.detail).toMatch(/is not a database – .*Restore the backup/);
  expect(failing.filter(({ detail }) => detail === 'needs the database, see above')).toHaveLength(
    failing.length - 1,
  );
}, 60_000);
