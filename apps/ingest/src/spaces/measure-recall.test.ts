import type { VectorStore } from '@soundalike/store';
import { fillSpace } from './filled-spaces.fixture.ts';
import { measureRecall } from './measure-recall.ts';

const signal = new AbortController().signal;
const filled = fillSpace({ tracks: 120, clips: 4, transform: { mean: new Float32Array(512) } });

/** A store whose index overlooks every hit at which `misses` says so. */
const overlooking = (store: VectorStore, misses: (rank: number) => boolean): VectorStore => ({
  ...store,
  searchClips: async (options) =>
    (await store.searchClips({ ...options, k: 2 * options.k })).map((hits) =>
      hits.filter((_, rank) => !misses(rank)).slice(0, options.k),
    ),
});

const measure = async (
  misses: (rank: number) => boolean,
  options: { maxTracks?: number; queries?: number } = {},
) => {
  const { catalogue, store } = await filled;
  const { maxTracks = 1_000, queries = 12 } = options;
  return measureRecall({ catalogue, store: overlooking(store, misses), queries, maxTracks, signal });
};

test('an index that finds everything has recall 1, whatever share is compared', async () => {
  expect(await measure(() => false)).toMatchObject({
    queries: 12,
    recall: { at10: 1, at100: 1 },
    comparedTracks: 120,
    tracks: 120,
    index: 'exact',
  });
  expect((await measure(() => false, { maxTracks: 40, queries: 3 })).recall).toEqual({ at10: 1, at100: 1 });
});

test('what is overlooked is missing from the recall, by its share (clips that are equally near may stand for each other)', async () => {
  const half = await measure((rank) => rank % 2 === 1);
  expect(half.recall.at10).toBeCloseTo(0.5, 1);
  expect(half.recall.at100).toBeCloseTo(0.5, 1);
  const first = await measure((rank) => rank === 0);
  expect(first.recall.at10).toBeCloseTo(0.9, 2);
  expect(first.recall.at100).toBeCloseTo(0.99, 2);
});

test('where only a part is compared, misses there stand for the rest', async () => {
  const half = await measure((rank) => rank % 2 === 1, { maxTracks: 60, queries: 60 });
  expect(half.comparedTracks).toBeLessThan(120);
  expect(Math.abs(half.recall.at100 - 0.5)).toBeLessThan(0.12);
});
