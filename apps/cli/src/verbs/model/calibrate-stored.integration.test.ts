import { join } from 'node:path';
import { openCatalogue } from '@soundalike/catalogue';
import { content8Of, EMPTY_METADATA, hash128 } from '@soundalike/core';
import { describeSpace, loadModel, meanVector, toSpace } from '@soundalike/embedder';
import { openVectorDatabase } from '@soundalike/store';
import { temporaryFolder } from '@soundalike/testing';
import { cli } from '../../server-path.fixture.ts';

const TRACKS = 40;
const CLIPS = 3;

/** An index as an ingest leaves it, whose audio is nowhere: nothing can be decoded here. */
const fillHome = async (home: string): Promise<string> => {
  const model = await loadModel({ name: 'untrained' });
  const { space, transform } = model.info;
  const catalogue = await openCatalogue(`sqlite:${join(home, 'catalogue.db')}`);
  const vectors = await openVectorDatabase(`lancedb:${join(home, 'vectors')}`);
  const store = await vectors.openSpace(space, { create: true });
  await catalogue.ensureSpace(describeSpace(model));
  const run = await catalogue.createRun({ catalogue: 'default', source: 'test' });
  const found = Array.from({ length: TRACKS }, (_, at) => ({
    root: 'nowhere',
    path: `${at}.mp3`,
    externalId: null,
    metadata: {},
    size: 1,
    modifiedMs: 1,
  }));
  const { queued } = await catalogue.recordFound({ runId: run.id, catalogue: 'default', space, found });
  let state = 1;
  const noise = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  for (const [at, itemId] of queued.entries()) {
    const id = hash128(`${at}`);
    const centre = Float32Array.from({ length: 512 }, noise);
    const clips = Array.from({ length: CLIPS }, (_, clip) => ({
      startMs: 2678 * clip,
      ...toSpace(
        centre.map((value) => value + noise() / 2),
        transform,
      ),
    }));
    const vector = meanVector(clips.map((clip) => clip.vector));
    const fields = { artist: '', album: '', genre: '', tags: [], year: 0, duration: 8 };
    await store.upsertTrack(
      { trackId: id, content8: content8Of(id), clipCount: CLIPS, fields, vector },
      clips,
    );
    await catalogue.startItem(itemId, 'w');
    const track = { ...EMPTY_METADATA, id, catalogue: 'default', externalId: null, contentId: id, space };
    await catalogue.finishItem({
      itemId,
      contentId: id,
      track: { ...track, durationSeconds: 8, clipCount: CLIPS },
      timings: {},
      audioSeconds: 8,
    });
  }
  await vectors.close();
  await catalogue.close();
  return space;
};

test('a transform fitted to the index makes a space from stored vectors, which is promoted and gone back from', async () => {
  const home = temporaryFolder('calibrate');
  const before = await fillHome(home);
  const env = { SOUNDALIKE_HOME: home };
  const run = (...argv: string[]) => cli(argv, env);

  const shown = await run('model', 'calibrate', '--stored');
  expect(shown.document).toMatchObject({
    model: 'untrained',
    tracks: TRACKS,
    clips: TRACKS * CLIPS,
    seen: null,
  });
  expect((await run('index', 'list')).document).toHaveLength(1);

  // Vectors are moved, so that no embedding service is asked, here one that is away.
  const made = await cli(['model', 'calibrate', '--stored', '--write'], {
    ...env,
    EMBEDDER_URL: 'http://127.0.0.1:9',
  });
  expect(made).toMatchObject({ code: 0, document: { live: before, way: 'moved', moved: TRACKS, queued: 0 } });
  const { space } = made.document;
  const promoted = await run('index', 'promote');
  expect(promoted.document).toMatchObject({ live: space, former: before });
  expect(promoted.document.gates.map(({ ok }: { ok: boolean }) => ok)).toEqual([true, true, true, true]);

  // No manifest knows this transform: it is the database's.
  const [track] = (await run('similar', hash128('0'), '--all')).document.results;
  expect(track).toBeDefined();
  expect((await run('index', 'list')).document).toMatchObject([
    { space: before, state: 'kept', tracks: TRACKS, missing: 0, transform: 'centred' },
    { space, state: 'live', tracks: TRACKS, missing: 0, transform: 'centred and whitened' },
  ]);
  expect((await run('index', 'rollback')).document).toMatchObject({
    live: before,
    after: { moved: 0, queued: 0 },
  });
  expect((await run('model', 'use', 'untrained')).document).toMatchObject({ state: 'live' });
}, 180_000);
