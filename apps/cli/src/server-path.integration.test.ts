import { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Catalogue, openCatalogue } from '@soundalike/catalogue';
import { findFfmpeg } from '@soundalike/source';
import { openVectorDatabase } from '@soundalike/store';
import {
  type Service,
  startMilvusEngine,
  startPostgres,
  startRedis,
  temporaryFolder,
} from '@soundalike/testing';
import { cli, cutMp3, SAMPLES, startCli, startEmbedderService, waitUntil } from './server-path.fixture.ts';

const ARTISTS = ['Clavier Hallam', 'Basswerk 9'];

let services: Service[] = [];
let env: Record<string, string>;
let catalogue: Catalogue;
const music = temporaryFolder('server-music');
const paths: string[] = [];

beforeAll(async () => {
  services = await Promise.all([startRedis(), startPostgres(), startMilvusEngine()]);
  const [redis, postgres, milvus] = services.map(({ url }) => url) as [string, string, string];
  env = {
    QUEUE_URL: redis,
    DATABASE_URL: postgres,
    VECTOR_STORE_URL: milvus,
    SOUNDALIKE_HOME: temporaryFolder('server-home'),
    EMBED_PROCESSES: '1',
    WORKER_CONCURRENCY: '2',
  };
  for (const artist of ARTISTS) {
    cpSync(join(SAMPLES, 'catalogue', artist), join(music, artist), { recursive: true });
    for (const name of readdirSync(join(music, artist)).sort()) paths.push(join(artist, name));
  }
  writeFileSync(
    join(music, 'manifest.csv'),
    ['id,path', ...paths.map((path, i) => `S-${i},"${path}"`)].join('\n'),
  );
  catalogue = await openCatalogue(postgres);
}, 240_000);
afterAll(async () => {
  await catalogue?.close();
  await Promise.all(services.map((service) => service.stop()));
}, 60_000);

describe('Redis, PostgreSQL and Milvus', () => {
  test('a killed ingest is taken up by the same command; nothing finished is embedded again', async () => {
    const first = startCli(['ingest', join(music, 'manifest.csv')], env);
    await waitUntil(
      'two indexed tracks',
      async () => (await catalogue.stateCounts()).indexed >= 2,
      90_000,
      first.words,
    );
    await first.kill();
    const before = await catalogue.listItems({ state: 'indexed', limit: 100 });
    expect(before.length).toBeLessThan(paths.length);
    const { code, document } = await cli(['ingest', join(music, 'manifest.csv')], env);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      indexed: paths.length - before.length,
      unchanged: before.length,
      failed: 0,
    });
    for (const { id, finishedAt } of before)
      expect((await catalogue.getItem(id))?.finishedAt).toBe(finishedAt);
    expect((await cli(['queue', 'status'], env)).document.queue).toMatchObject({ waiting: 0, active: 0 });
  }, 180_000);

  test('similar finds an MP3 excerpt at its offset', async () => {
    const offset = 9.4;
    const [path = ''] = paths;
    const excerpt = cutMp3(
      await findFfmpeg(),
      join(music, path),
      offset,
      10,
      join(temporaryFolder('excerpt'), 'excerpt.mp3'),
    );
    const { code, document } = await cli(['similar', excerpt], env);
    expect(code).toBe(0);
    const [best] = document.results;
    expect(best).toMatchObject({ externalId: 'S-0' });
    expect(Math.abs(best.matches[0].trackFrom - best.matches[0].queryFrom - offset)).toBeLessThan(1);
  }, 60_000);

  test('SIGTERM ends a worker with 0; a Redis that forgets is refused with the fix', async () => {
    const worker = startCli(['worker'], env);
    await waitUntil('the worker', () => worker.words().includes('worker is listening'), 60_000, worker.words);
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    const volatile = await startRedis({
      extraArguments: ['--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru'],
    });
    for (const verb of [['worker'], ['ingest', join(music, 'manifest.csv')]]) {
      const refused = await cli(verb, { ...env, QUEUE_URL: volatile.url });
      expect(refused).toMatchObject({ code: 7, document: { error: { code: 'CONFIG_INVALID' } } });
      expect(refused.document.error.message).toMatch(/noeviction.*appendonly yes.*--allow-volatile-queue/);
    }
    const careless = startCli(['worker', '--allow-volatile-queue'], { ...env, QUEUE_URL: volatile.url });
    await waitUntil('it', () => careless.words().includes('worker is listening'), 60_000, careless.words);
    careless.child.kill('SIGTERM');
    expect(await careless.ended).toBe(0);
    const other = await cli(['worker'], {
      ...env,
      DATABASE_URL: `sqlite:${join(temporaryFolder('other'), 'c.db')}`,
    });
    expect(other.document.error.message).toMatch(/belongs to another catalogue database.*SQLite/);
    await volatile.stop();
  }, 240_000);
});

describe('two workers with paths of their own and an embedder', () => {
  test('one worker and the embedder killed: the work finishes, once', async () => {
    // The same files, mounted at different places.
    const mounts = ['a', 'b'].map((name) => join(temporaryFolder(`mount-${name}`), 'music'));
    for (const mount of mounts) {
      mkdirSync(mount);
      for (const artist of readdirSync(join(SAMPLES, 'catalogue')).sort().slice(0, 3))
        cpSync(join(SAMPLES, 'catalogue', artist), join(mount, artist), { recursive: true });
    }
    const found = (readdirSync(mounts[0] as string, { recursive: true }) as string[])
      .filter((path) => path.endsWith('.opus'))
      .map((path) => ({ path, stats: statSync(join(mounts[0] as string, path)) }))
      .map(({ path, stats }) => ({
        root: 'shared',
        path,
        externalId: `M-${path}`,
        metadata: {},
        size: stats.size,
        modifiedMs: Math.floor(stats.mtimeMs),
      }));
    const space = (await catalogue.liveSpace())?.name ?? '';
    const run = await catalogue.createRun({ catalogue: 'default', source: 'two workers' });
    const { queued } = await catalogue.recordFound({ runId: run.id, catalogue: 'default', space, found });
    const key = { EMBEDDER_KEYS: 'k1', EMBEDDER_KEY: 'k1' };
    const service = await startEmbedderService({ ...env, ...key });
    const workers = mounts.map((mount, i) =>
      startCli(['worker'], {
        ...env,
        ...key,
        SOUNDALIKE_HOME: temporaryFolder(`worker-${i}`),
        SOUNDALIKE_ROOTS: `shared=${mount}`,
        EMBEDDER_URL: service.url,
      }),
    );
    const done = async () => (await catalogue.runCounts(run.id)).outcomes.indexed;
    const words = () => workers.map((worker) => worker.words()).join('\n');
    await waitUntil('the first track', async () => (await done()) >= 1, 90_000, words);
    await Promise.all([workers[0]?.kill(), service.kill()]);
    const again = await startEmbedderService({ ...env, ...key }, Number(new URL(service.url).port));
    await waitUntil('all tracks', async () => (await done()) === queued.length, 150_000, words);
    // Nobody failed, nobody was paid twice: one ended attempt each, all vectors there.
    for (const id of queued) {
      const ends = (await catalogue.attemptsOf(id)).filter(({ outcome }) => outcome !== 'released');
      expect(ends.map(({ outcome }) => outcome)).toEqual(['indexed']);
    }
    const database = await openVectorDatabase(env.VECTOR_STORE_URL as string);
    const store = await database.openSpace(space);
    expect((await store.counts()).tracks).toBe(await catalogue.countTracks(space));
    await database.close();
    workers[1]?.child.kill('SIGTERM');
    expect(await workers[1]?.ended).toBe(0);
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(0);
  }, 300_000);
});
