import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFfmpeg } from '@soundalike/source';
import { openVectorDatabase } from '@soundalike/store';
import {
  type Service,
  startMilvusEngine,
  startPostgres,
  startRedis,
  temporaryFolder,
} from '@soundalike/testing';
import { type CliRun, cli, cutMp3, SAMPLES, startCli, waitUntil } from '../../server-path.fixture.ts';
import { installModel } from './install-model.fixture.ts';

const SONGS = [
  'Clavier Hallam/02 Lesser Gigue.opus',
  'Basswerk 9/01 Substation.opus',
  '北の窓/01 雪の駅.opus',
];

interface SpaceView {
  space: string;
  state: string;
  model: string;
  tracks: number;
  clips: number;
  missing: number;
}

/** Servers and settings of one way to run it. */
interface Ground {
  readonly env: Record<string, string>;
  readonly services: readonly Service[];
}

const embedded = async (): Promise<Ground> => ({ env: {}, services: [] });
const servers = async (): Promise<Ground> => {
  const services = await Promise.all([startRedis(), startPostgres(), startMilvusEngine()]);
  const [redis, postgres, milvus] = services.map(({ url }) => url) as [string, string, string];
  return { services, env: { QUEUE_URL: redis, DATABASE_URL: postgres, VECTOR_STORE_URL: milvus } };
};

describe.each([
  ['SQLite and LanceDB, one process of everything', embedded],
  ['Redis, PostgreSQL and Milvus, a server and a worker', servers],
])('another space beside the live one: %s', (_name, start) => {
  let ground: Ground;
  let env: Record<string, string>;
  let processes: CliRun[] = [];
  let url: string;
  const music = temporaryFolder('spaces-music');
  const home = temporaryFolder('spaces-home');

  const run = async (...argv: string[]) => cli(argv, env);
  const spaces = async (): Promise<SpaceView[]> => (await run('index', 'list')).document;
  const spaceOf = async (model: string) => {
    const found = (await spaces()).find((space) => space.model === model);
    if (!found) throw new Error(`no space of model ${model}`);
    return found;
  };
  const until = (what: string, isSo: () => Promise<boolean>) =>
    waitUntil(what, isSo, 180_000, () => processes.map((process) => process.words()).join('\n'));
  const search = async (seed: object) => {
    const reply = await fetch(`${url}/v1/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ seeds: [seed], limit: 3, belowFloor: true }),
    });
    return { status: reply.status, answer: (await reply.json()) as { space: string; results: object[] } };
  };

  beforeAll(async () => {
    ground = await start();
    env = {
      SOUNDALIKE_HOME: home,
      EMBED_PROCESSES: '1',
      WORKER_CONCURRENCY: '2',
      LOG_LEVEL: 'info',
      ...ground.env,
    };
    const ffmpeg = await findFfmpeg();
    for (const [at, song] of SONGS.entries())
      cutMp3(ffmpeg, join(SAMPLES, 'catalogue', song), 3, 7, join(music, `${at}.mp3`));
    cutMp3(ffmpeg, join(SAMPLES, 'catalogue', SONGS[0] ?? ''), 11, 7, join(home, 'later.mp3'));
    cutMp3(ffmpeg, join(SAMPLES, 'catalogue', SONGS[1] ?? ''), 11, 7, join(home, 'last.mp3'));
    expect((await cli(['ingest', music], { ...env, MODEL: 'untrained' })).code).toBe(0);
    const serving = startCli(['serve', '--port', '0', '--json'], env);
    processes = [serving];
    if (ground.services.length > 0) processes.push(startCli(['worker'], env));
    await until('the server', async () => serving.stdout().includes('}'));
    url = JSON.parse(serving.stdout()).url;
  }, 240_000);
  afterAll(async () => {
    await Promise.all(processes.map((process) => process.kill()));
    await Promise.all(ground.services.map((service) => service.stop()));
  }, 60_000);

  test('it is filled while searches go on, refused until it is complete, promoted, and gone back from', async () => {
    const before = await spaceOf('untrained');
    expect(before).toMatchObject({ state: 'live', tracks: 3, missing: 0 });
    const { document: none } = await run('index', 'promote');
    expect(none.error).toMatchObject({ code: 'INPUT_INVALID' });
    expect((await run('index', 'create', '--model', 'other')).document.error.code).toBe('MODEL_NOT_FOUND');

    // Someone searches all the time; the space of each answer is written down.
    const seen: string[] = [];
    const failures: unknown[] = [];
    const stop = new AbortController();
    const listed = (await (await fetch(`${url}/v1/tracks?limit=10`)).json()) as {
      tracks: { trackId: string; title: string }[];
    };
    const trackId = listed.tracks.find(({ title }) => title === '0')?.trackId;
    const searching = (async () => {
      while (!stop.signal.aborted) {
        const { status, answer } = await search({ trackId }).catch((error) => ({ status: 0, answer: error }));
        if (status === 200) seen.push(answer.space);
        else failures.push(answer);
        await sleep(50);
      }
    })();

    await installModel(home, 'other', 42);
    const { code, document: made } = await run('model', 'use', 'other', '--queue-only');
    expect({ code, made }).toMatchObject({ code: 0, made: { model: 'other', way: 'queued', pending: 3 } });
    // What comes in while it is built goes into both.
    copyFileSync(join(home, 'later.mp3'), join(music, 'later.mp3'));
    expect((await run('ingest', music)).document).toMatchObject({ failed: 0 });
    await until('the other space to be filled', async () => (await spaceOf('other')).tracks === 4);
    const filled = await spaceOf('other');
    expect(filled).toMatchObject({ state: 'building', tracks: 4, missing: 0 });
    expect((await spaceOf('untrained')).tracks).toBe(4);

    const wrong = join(home, 'golden.jsonl');
    writeFileSync(wrong, JSON.stringify({ sample: join(music, '0.mp3'), expect: 'nobody' }));
    expect((await run('index', 'promote', '--golden', wrong)).document.error.code).toBe('TRACK_NOT_FOUND');
    expect((await spaceOf('untrained')).state).toBe('live');

    const promoted = await run('index', 'promote');
    expect(promoted).toMatchObject({ code: 0, document: { live: filled.space, former: before.space } });
    expect(promoted.document.gates.map(({ gate, ok }: { gate: string; ok: boolean }) => [gate, ok])).toEqual([
      ['complete', true],
      ['counts', true],
      ['golden', true],
      ['recall', true],
    ]);
    await until('an answer of the new space', async () => seen.at(-1) === filled.space);
    stop.abort();
    await searching;
    expect(failures).toEqual([]);
    // Each query is of one space, and there is no way back from the new to the old.
    const flip = seen.indexOf(filled.space);
    expect(new Set(seen.slice(0, flip))).toEqual(new Set([before.space]));
    expect(new Set(seen.slice(flip))).toEqual(new Set([filled.space]));
    if (ground.services.length > 0) {
      const vectors = await openVectorDatabase(env.VECTOR_STORE_URL as string);
      expect(await vectors.aliasedSpace()).toBe(filled.space);
      await vectors.close();
    }
    expect((await spaceOf('untrained')).state).toBe('kept');

    // An unchanged catalogue stays unchanged; removals reach the kept space, too; new music goes into the live one.
    expect((await run('ingest', music)).document).toMatchObject({ unchanged: 4, indexed: 0 });
    rmSync(join(music, '2.mp3'));
    copyFileSync(join(home, 'last.mp3'), join(music, 'last.mp3'));
    expect((await run('ingest', music, '--prune')).document).toMatchObject({ indexed: 1, gone: 1 });
    expect(await spaceOf('other')).toMatchObject({ state: 'live', tracks: 4 });
    expect(await spaceOf('untrained')).toMatchObject({ state: 'kept', tracks: 3, missing: 1 });

    // Who insists on a model refuses the other's index.
    for (const verb of [['worker'], ['similar', join(music, '0.mp3')]])
      expect(await cli(verb, { ...env, MODEL: 'untrained' })).toMatchObject({
        code: 7,
        document: { error: { code: 'SPACE_MISMATCH' } },
      });

    const back = await run('index', 'rollback');
    expect(back.document).toMatchObject({ live: before.space, former: filled.space, after: { queued: 1 } });
    expect((await search({ trackId })).answer.space).toBe(before.space);
    await until('what came in meanwhile', async () => (await spaceOf('untrained')).tracks === 4);
    // A track that the store lost is found, embedded again by the usual workers, and found no more.
    const vectors = await openVectorDatabase(env.VECTOR_STORE_URL ?? `lancedb:${join(home, 'vectors')}`);
    await (await vectors.openSpace(before.space)).removeTracks([trackId ?? '']);
    await vectors.close();
    expect(await run('index', 'verify')).toMatchObject({
      code: 3,
      document: { ok: false, findings: [{ kind: 'missing-track', count: 1, examples: [trackId] }] },
    });
    expect((await run('index', 'repair')).document.repairs).toEqual([
      { kind: 'missing-track', did: 'queued', count: 1 },
    ]);
    await until('the lost track', async () => (await spaceOf('untrained')).tracks === 4);
    expect(await run('index', 'verify', '--recall')).toMatchObject({
      code: 0,
      document: { ok: true, recall: { recall: { at10: 1, at100: 1 }, comparedTracks: 4 } },
    });
    expect((await run('index', 'drop', before.space, '--yes')).document.error.code).toBe('SPACE_MISMATCH');
    const asked = (await run('index', 'drop', filled.space)).document.error;
    expect(asked).toMatchObject({ code: 'INPUT_INVALID', fields: { tracks: 4 } });
    expect((await run('index', 'drop', filled.space, '--yes')).document).toMatchObject({
      dropped: filled.space,
    });
    expect((await spaces()).map(({ space }) => space)).toEqual([before.space]);
  }, 600_000);
});
