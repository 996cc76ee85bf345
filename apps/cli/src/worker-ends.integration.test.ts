import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Catalogue, openCatalogue } from '@soundalike/catalogue';
import { temporaryFolder } from '@soundalike/testing';
import { cli, SAMPLES, sickFfmpeg, startCli, waitUntil } from './server-path.fixture.ts';

const home = temporaryFolder('worker-ends');
const music = join(home, 'music');
const env: Record<string, string> = {
  SOUNDALIKE_HOME: home,
  SOUNDALIKE_ROOTS: `music=${music}`,
  MODEL: 'untrained',
  EMBED_PROCESSES: '1',
  WORKER_CONCURRENCY: '2',
};
/** How long the slow file's ffmpeg sleeps, and how long the worker may go on after SIGTERM, seconds. */
const [SLOW, DRAIN] = [2, 25];
let catalogue: Catalogue;

beforeAll(async () => {
  mkdirSync(music);
  const artist = join(SAMPLES, 'catalogue/Clavier Hallam');
  const [first = '', second = ''] = readdirSync(artist);
  copyFileSync(join(artist, first), join(music, 'slow.opus'));
  copyFileSync(join(artist, second), join(music, 'stuck.opus'));
  env.FFMPEG_PATH = await sickFfmpeg(
    home,
    `*stuck.opus*) exec sleep 600 ;; *slow.opus*f32le*) sleep ${SLOW} ;;`,
  );
  catalogue = await openCatalogue(`sqlite:${join(home, 'catalogue.db')}`);
});
afterAll(() => catalogue.close());

const record = async (...paths: string[]) => {
  const run = await catalogue.createRun({ catalogue: 'default', source: 'test' });
  const found = paths.map((path) => ({
    ...{ root: 'music', path, externalId: null, metadata: {}, size: 1, modifiedMs: 1 },
  }));
  const space = (await catalogue.liveSpace())?.name ?? '';
  return (await catalogue.recordFound({ runId: run.id, catalogue: 'default', space, found })).queued;
};
const stateOf = async (id: number) => (await catalogue.getItem(id))?.state;

test('a worker above WORKER_MAX_RSS_MB takes nothing more and ends with 0, to be started anew', async () => {
  const [id = 0] = await record('slow.opus');
  const worker = startCli(['worker'], { ...env, WORKER_MAX_RSS_MB: '1' });
  expect(await worker.ended).toBe(0);
  expect(worker.words()).toMatch(/too large/);
  expect(await stateOf(id)).toBe('queued');
}, 90_000);

test('SIGTERM: what can finish inside the deadline does, the rest is handed back uncounted, exit code 0', async () => {
  const [stuck = 0] = await record('stuck.opus');
  const worker = startCli(['worker'], { ...env, WORKER_DRAIN_SECONDS: `${DRAIN}` });
  const [slow = 0] = (await catalogue.listItems({ limit: 10 }))
    .filter(({ path }) => path === 'slow.opus')
    .map(({ id }) => id);
  const both = async () => (await stateOf(slow)) === 'active' && (await stateOf(stuck)) === 'active';
  await waitUntil('both files in hand', both, 60_000, worker.words);
  worker.child.kill('SIGTERM');
  // The stuck one would take ten minutes: that this ends at all is the deadline.
  expect(await worker.ended).toBe(0);
  expect(await stateOf(slow)).toBe('indexed');
  expect(await stateOf(stuck)).toBe('queued');
  expect(await catalogue.attemptsOf(stuck)).toEqual([expect.objectContaining({ outcome: 'released' })]);
  // Nobody holds it: it waits for the next worker as though it had never been taken.
  expect((await cli(['queue', 'status'], env)).document.queue).toMatchObject({ waiting: 1, active: 0 });
}, 150_000);

test('ingest into a paused queue says what it waits for, and goes on once it is resumed', async () => {
  const own = { ...env, SOUNDALIKE_HOME: temporaryFolder('paused') };
  await cli(['queue', 'pause'], own);
  const ingest = startCli(['ingest', join(music, 'slow.opus'), '--json'], own);
  await waitUntil(
    'the note',
    () => ingest.words().includes('paused') || ingest.child.exitCode !== null,
    60_000,
  );
  expect(ingest.words()).toContain('soundalike queue resume');
  expect(ingest.child.exitCode).toBeNull();
  await cli(['queue', 'resume'], own);
  expect(await ingest.ended).toBe(0);
  expect(JSON.parse(ingest.stdout())).toMatchObject({ indexed: 1 });
}, 90_000);
