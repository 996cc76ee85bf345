import { describeSearching } from './searching.contract.ts';
import { makeTrack, randomNumbers, randomVector, upsert } from './vector-store.fixtures.ts';
import type { VectorDatabase, VectorStore } from './vector-store.ts';
import { describeWriting } from './writing.contract.ts';

export interface VectorStoreSetup {
  readonly database: VectorDatabase;
  /** Opens the same data again, as another process would. */
  reopen(options?: { readOnly?: boolean }): Promise<VectorDatabase>;
  stop?(): Promise<void>;
}

/** What every vector store must do; each implementation runs it against a real one of its kind. */
export const describeVectorStore = (
  name: string,
  makeDatabase: () => Promise<VectorStoreSetup>,
  options: { timeoutMs?: number; propertyRuns?: number } = {},
): void => {
  const { timeoutMs = 60_000, propertyRuns = 60 } = options;

  describe(`vector store contract: ${name}`, () => {
    jest.setTimeout(timeoutMs);
    let setup: VectorStoreSetup;
    let database: VectorDatabase;
    let spaces = 0;
    const freshSpace = async (): Promise<VectorStore> =>
      database.openSpace(`space${++spaces}`, { create: true });

    beforeAll(async () => {
      setup = await makeDatabase();
      database = setup.database;
      process.stderr.write(`vector store contract runs on ${name} (${database.kind})\n`);
    }, 300_000);
    afterAll(async () => {
      await database?.close();
      await setup?.stop?.();
    }, 60_000);

    test('a space that was never made is INDEX_EMPTY, a made one is listed until dropped', async () => {
      await expect(database.openSpace('nothere')).rejects.toMatchObject({ code: 'INDEX_EMPTY' });
      await expect(database.openSpace('bad-name')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      await database.openSpace('comesandgoes', { create: true });
      await database.openSpace('comesandgoes', { create: true });
      expect(await database.listSpaces()).toContain('comesandgoes');
      await database.dropSpace('comesandgoes');
      await database.dropSpace('comesandgoes');
      expect(await database.listSpaces()).not.toContain('comesandgoes');
      await database.ping();
    });

    test('names for readers outside follow the live space, where the backend has names', async () => {
      const [one, two] = [(await freshSpace()).space, (await freshSpace()).space];
      for (const live of [one, two, two, one]) {
        await database.setLive(live);
        expect(await database.aliasedSpace()).toBe(database.kind === 'milvus' ? live : undefined);
      }
      await database.dropSpace(two);
      expect(await database.listSpaces()).not.toContain(two);
    });

    test('an empty space answers everything with nothing', async () => {
      const store = await freshSpace();
      const vectors = [randomVector(randomNumbers(1))];
      expect(await store.counts()).toEqual({ tracks: 0, clips: 0 });
      expect(await store.searchClips({ vectors, k: 5 })).toEqual([[]]);
      expect(await store.searchTracks({ vectors, k: 5 })).toEqual([[]]);
      expect(await store.searchTracks({ vectors: [], k: 5 })).toEqual([]);
      expect(await store.clipsOf(['x'])).toEqual(new Map());
      expect(await store.getTracks([])).toEqual(new Map());
      expect(await store.scanTracks({ limit: 10 })).toEqual([]);
      expect(await store.updateFields('x', makeTrack('x', { random: Math.random }).track.fields)).toBe(false);
      await store.removeTracks(['x', 'y']);
      await store.optimize();
    });

    test('another opening sees what was written, and a read-only one writes nothing', async () => {
      const store = await freshSpace();
      const random = randomNumbers(14);
      await upsert(store, makeTrack('a', { random }));
      const other = await setup.reopen();
      const reader = await setup.reopen({ readOnly: true });
      try {
        const second = await other.openSpace(store.space);
        const readOnly = await reader.openSpace(store.space);
        expect(await second.counts()).toEqual({ tracks: 1, clips: 3 });
        await upsert(second, makeTrack('b', { random }));
        await upsert(store, makeTrack('c', { random }));
        expect(await readOnly.counts()).toEqual({ tracks: 3, clips: 9 });
        expect(
          [...(await store.getTracks(['a', 'b', 'c'], { consistency: 'strong' })).keys()].sort(),
        ).toEqual(['a', 'b', 'c']);
        await expect(upsert(readOnly, makeTrack('d', { random }))).rejects.toMatchObject({
          code: 'STORE_REJECTED',
        });
        await expect(reader.openSpace('notmade', { create: true })).rejects.toMatchObject({
          code: 'INDEX_EMPTY',
        });
      } finally {
        await other.close();
        await reader.close();
      }
    });

    test('indexes are named', async () => {
      const store = await freshSpace();
      await store.optimize();
      await store.settled();
      expect(await store.describeIndex()).toEqual({ clips: expect.any(String), tracks: expect.any(String) });
    });

    describeWriting(freshSpace);
    describeSearching(freshSpace, propertyRuns);
  });
};
