import { openVectorDatabase, type VectorStore } from '@soundalike/store';
import { indexSize, trackCount } from './index-size.ts';

afterEach(() => jest.useRealTimers());

/** A store that says how many rows it has, and how often it was asked. */
const sized = async (size: { tracks: number; clips: number }) => {
  const store = await (await openVectorDatabase('memory:')).openSpace('s', { create: true });
  const asked = { times: 0, size, fails: false };
  const counting: VectorStore = {
    ...store,
    counts: async () => {
      asked.times += 1;
      if (asked.fails) throw new Error('away');
      return asked.size;
    },
  };
  return {
    store: counting,
    asked,
    grow: (to: { tracks: number; clips: number }) => {
      asked.size = to;
    },
  };
};

test('tracks are counted one by one up to a bound; of more, the store is asked once a minute and nobody waits for it', async () => {
  jest.useFakeTimers({ now: 1_000_000 });
  const { store, asked } = await sized({ tracks: 5e7, clips: 7e8 });
  let tracks = 98;
  const bounds: (number | undefined)[] = [];
  const catalogue = {
    countTracks: async (_space?: string, options?: { atMost?: number | undefined }) => {
      bounds.push(options?.atMost);
      return Math.min(tracks, options?.atMost ?? Infinity);
    },
  };
  expect(await trackCount({ catalogue, store })).toBe(98);
  expect(asked.times).toBe(0);

  tracks = 5e7;
  expect(await trackCount({ catalogue, store })).toBe(5e7);
  asked.size = { tracks: 6e7, clips: 8e8 };
  expect(await trackCount({ catalogue, store })).toBe(5e7);
  expect(asked.times).toBe(1);
  jest.advanceTimersByTime(61_000);
  expect(await trackCount({ catalogue, store })).toBe(5e7);
  expect(await trackCount({ catalogue, store })).toBe(6e7);
  expect(asked.times).toBe(2);
  expect(Math.max(...bounds.map((bound) => bound ?? Infinity))).toBeLessThanOrEqual(10_001);
});

test('a store that is away leaves the last counts standing; the first count must succeed', async () => {
  jest.useFakeTimers({ now: 1_000_000 });
  const { store, asked } = await sized({ tracks: 1, clips: 14 });
  asked.fails = true;
  await expect(indexSize(store)).rejects.toThrow('away');
  asked.fails = false;
  expect(await indexSize(store)).toEqual({ tracks: 1, clips: 14 });
  asked.fails = true;
  jest.advanceTimersByTime(61_000);
  expect(await indexSize(store)).toEqual({ tracks: 1, clips: 14 });
  await Promise.resolve();
  expect(await indexSize(store)).toEqual({ tracks: 1, clips: 14 });
  expect(asked.times).toBe(3);
});

test('counts of long ago are waited for: a catalogue may have been ingested meanwhile', async () => {
  jest.useFakeTimers({ now: 1_000_000 });
  const { store, grow } = await sized({ tracks: 0, clips: 0 });
  expect(await indexSize(store)).toEqual({ tracks: 0, clips: 0 });
  grow({ tracks: 20_000, clips: 300_000 });
  jest.advanceTimersByTime(11 * 60_000);
  expect(await indexSize(store)).toEqual({ tracks: 20_000, clips: 300_000 });
});
