import { meanVector } from '@soundalike/embedder';
import { openVectorDatabase, type VectorStore } from '@soundalike/store';
import { retrieveTracksFirst } from './retrieve-tracks.ts';
import { choosePlan, TRACKS_FIRST_FROM_CLIPS } from './search-plan.ts';
import type { HeardSeed } from './seed-windows.ts';

const fields = { artist: '', album: '', genre: '', tags: [], year: 0, duration: 10 };
const signal = new AbortController().signal;

/** A unit vector along some dimensions. */
const along = (...dimensions: number[]): Float32Array => {
  const vector = new Float32Array(512);
  for (const dimension of dimensions) vector[dimension] = 1 / Math.sqrt(dimensions.length);
  return vector;
};

const seedOf = (...vectors: Float32Array[]): HeardSeed => ({
  windows: vectors.map((vector, at) => ({ vector, startMs: at * 670 })),
  durationMs: 5_000,
  hopMs: 670,
  weight: 1,
  peaks: [],
  artist: null,
  album: null,
});

const fill = async (tracks: Readonly<Record<string, readonly Float32Array[]>>): Promise<VectorStore> => {
  const store = await (await openVectorDatabase('memory:')).openSpace('s', { create: true });
  for (const [trackId, vectors] of Object.entries(tracks)) {
    const clips = vectors.map((vector, at) => ({ startMs: at * 2678, scale: 1, vector }));
    const row = {
      trackId,
      content8: 'content1',
      clipCount: clips.length,
      fields,
      vector: meanVector(vectors),
    };
    await store.upsertTrack(row, clips);
  }
  return store;
};

test('the best clips decide among the tracks whose means are near', async () => {
  const store = await fill({
    // Its mean is nearest, but no clip of it is the passage itself.
    near: [along(0, 1, 2), along(0, 1, 3)],
    // One clip is the passage; the rest is other music.
    own: [along(0, 1), along(7), along(8)],
    other: [along(20), along(21)],
  });
  const seed = seedOf(along(0, 1), along(0, 1));
  const vector = meanVector(seed.windows.map((window) => window.vector));
  const found = await retrieveTracksFirst({ store, seeds: [seed], vector, filter: undefined, signal });
  expect(found).toEqual(['own', 'near', 'other']);
  const filtered = await retrieveTracksFirst({
    store,
    seeds: [seed],
    vector,
    filter: { excludeTrackIds: ['own'] },
    signal,
  });
  expect(filtered).toEqual(['near', 'other']);
});

test('auto decides by the size of the index, and asks for it once a minute', async () => {
  const store = await fill({ a: [along(1)] });
  let asked = 0;
  const sized = (clips: number): VectorStore => ({
    ...store,
    counts: async () => {
      asked += 1;
      return { tracks: clips / 14, clips };
    },
  });
  const [small, large] = [sized(TRACKS_FIRST_FROM_CLIPS - 1), sized(TRACKS_FIRST_FROM_CLIPS)];
  expect(await choosePlan('auto', small)).toBe('clips');
  expect(await choosePlan('auto', small)).toBe('clips');
  expect(await choosePlan('auto', large)).toBe('tracks');
  expect(asked).toBe(2);
  expect(await choosePlan('tracks', small)).toBe('tracks');
  expect(await choosePlan('clips', large)).toBe('clips');
  expect(asked).toBe(2);
});
