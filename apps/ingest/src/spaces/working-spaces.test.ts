import { type Catalogue, openCatalogue } from '@soundalike/catalogue';
import { SoundalikeError, silentLogger } from '@soundalike/core';
import {
  describeSpace,
  type Embedder,
  keepTransform,
  type LoadedModel,
  loadModel,
  modelVariant,
} from '@soundalike/embedder';
import { openVectorDatabase, type VectorDatabase } from '@soundalike/store';
import { createWorkingSpaces } from './working-spaces.ts';

let catalogue: Catalogue;
let vectors: VectorDatabase;
let live: LoadedModel;
let next: LoadedModel;
const started: string[] = [];
const ended: string[] = [];

/** A network that only says what it is. */
const openEmbedder = async ({ info }: LoadedModel): Promise<Embedder> => {
  started.push(info.name);
  return {
    model: info,
    maxBatch: 1,
    provider: 'cpu',
    embed: async () => [],
    close: async () => void ended.push(info.name),
  };
};

const spacesOf = (pinned?: string) =>
  createWorkingSpaces({ catalogue, vectors, pinned, coverage: 'full', openEmbedder, logger: silentLogger() });

const makeKnown = async (model: LoadedModel) => {
  await vectors.openSpace(model.info.space, { create: true });
  await keepTransform(catalogue, model);
  await catalogue.addSpace(describeSpace(model));
};

beforeEach(async () => {
  started.length = 0;
  ended.length = 0;
  catalogue = await openCatalogue('memory:');
  vectors = await openVectorDatabase('memory:');
  live = await loadModel({ name: 'untrained' });
  next = await loadModel({ name: 'clmr-synth' });
  await vectors.openSpace(live.info.space, { create: true });
  await catalogue.ensureSpace(describeSpace(live));
});

test('each item is of the space that is live as it begins; networks end with their last item', async () => {
  const spaces = spacesOf();
  const first = await spaces.use();
  expect((await first.live.embedder()).model.space).toBe(live.info.space);
  expect(first.building).toEqual([]);

  await makeKnown(next);
  const second = await spaces.use();
  expect(second.building.map(({ store }) => store.space)).toEqual([next.info.space]);
  // Nothing is started before a track needs it.
  expect(started).toEqual(['untrained']);
  await second.building[0]?.embedder();

  await catalogue.flipLiveSpace({ from: live.info.space, to: next.info.space });
  const third = await spaces.use();
  expect(third.live.store.space).toBe(next.info.space);
  expect(spaces.current()).toEqual({ space: next.info.space, model: 'clmr-synth' });
  first.release();
  first.release();
  expect(ended).toEqual([]);
  second.release();
  await new Promise(setImmediate);
  expect(ended).toEqual(['untrained']);
  expect(started).toEqual(['untrained', 'clmr-synth']);
  third.release();
  await spaces.close();
  expect(ended).toEqual(['untrained', 'clmr-synth']);
});

test('spaces of one network share it', async () => {
  const variant = modelVariant(live, {
    transform: { mean: live.info.transform.mean.map((value) => 2 * value) },
  });
  await makeKnown(variant);
  const spaces = spacesOf();
  const { live: one, building } = await spaces.use();
  const embedders = [await one.embedder(), await building[0]?.embedder()];
  expect(embedders.map((embedder) => embedder?.model.space)).toEqual([live.info.space, variant.info.space]);
  // The transform came from the database: no manifest knows it.
  expect(building[0]?.model.transform).toEqual({ ...variant.info.transform, whitening: undefined });
  expect(started).toEqual(['untrained']);
});

test('a worker set to one model refuses the index of another, and follows no pointer to it', async () => {
  const spaces = spacesOf('untrained');
  (await spaces.use()).release();
  await makeKnown(next);
  expect((await spaces.use()).building).toHaveLength(1);
  await catalogue.flipLiveSpace({ from: live.info.space, to: next.info.space });
  await expect(spaces.use()).rejects.toMatchObject({
    code: 'SPACE_MISMATCH',
    fields: { liveSpace: next.info.space },
  });
});

test('a space whose model is not installed here does not keep the live one from growing', async () => {
  await vectors.openSpace('f'.repeat(16), { create: true });
  await catalogue.addSpace({ name: 'f'.repeat(16), model: 'elsewhere', description: {} });
  const { live: target, building } = await spacesOf().use();
  expect(target.store.space).toBe(live.info.space);
  expect(building).toEqual([]);
});

test('a space whose network no embedding service runs is left out for a while, and said so once', async () => {
  await makeKnown(next);
  const logger = { ...silentLogger(), warn: jest.fn() };
  const spaces = createWorkingSpaces({
    catalogue,
    vectors,
    coverage: 'full',
    logger: logger as never,
    openEmbedder: async (model) => {
      if (model.info.name === next.info.name) throw new SoundalikeError('SPACE_MISMATCH', 'no node runs it');
      return openEmbedder(model);
    },
  });
  const { building } = await spaces.use();
  await expect(building[0]?.embedder()).rejects.toMatchObject({ code: 'SPACE_MISMATCH' });
  const after = await spaces.use();
  expect(after.building).toEqual([]);
  expect((await after.live.embedder()).model.space).toBe(live.info.space);
  expect(logger.warn).toHaveBeenCalledTimes(1);
});

test('removals and edits reach every space that has not been dropped', async () => {
  await makeKnown(next);
  const spaces = spacesOf();
  const vector = new Float32Array(512).fill(1 / Math.sqrt(512));
  const fields = { artist: 'a', album: '', genre: '', tags: [], year: 0, duration: 1 };
  const track = { trackId: 't', content8: 'content1', clipCount: 1, fields, vector };
  const stores = await Promise.all([live, next].map(({ info }) => vectors.openSpace(info.space)));
  for (const store of stores) await store.upsertTrack(track, [{ startMs: 0, scale: 1, vector }]);
  await spaces.updateFields('t', { ...fields, artist: 'b' });
  for (const store of stores) expect((await store.getTracks(['t'])).get('t')?.fields.artist).toBe('b');
  await spaces.removeTracks(['t']);
  for (const store of stores) expect(await store.counts()).toEqual({ tracks: 0, clips: 0 });
  await catalogue.forgetSpace(next.info.space);
  await vectors.dropSpace(next.info.space);
  await spaces.removeTracks(['t']);
});
