import { meanVector } from '@soundalike/embedder';
import { openVectorDatabase, type VectorStore } from '@soundalike/store';
import { retrieveCandidates } from './retrieve.ts';
import type { HeardSeed } from './seed-windows.ts';

const CLIPS = 150;
const OTHERS = 15;
const others = Array.from({ length: OTHERS }, (_, at) => `other-${at}`);

/** A unit vector at this angle from the first axis, towards another one. */
const at = (angle: number, axis: number): Float32Array => {
  const vector = new Float32Array(512);
  [vector[0], vector[axis]] = [Math.cos(angle), Math.sin(angle)];
  return vector;
};

/** A long track that is alike throughout, more clips than a window has neighbours, and others beside it. */
const long = Array.from({ length: CLIPS }, (_, clip) => at(0.01 * (clip % 7), 1));

let store: VectorStore;
beforeAll(async () => {
  store = await (await openVectorDatabase('memory:')).openSpace('s', { create: true });
  const add = (trackId: string, vectors: readonly Float32Array[]) =>
    store.upsertTrack(
      {
        trackId,
        content8: 'content1',
        clipCount: vectors.length,
        fields: {
          artist: '',
          album: '',
          genre: trackId === 'long' ? 'drone' : '',
          tags: [],
          year: 0,
          duration: 9,
        },
        vector: meanVector(vectors),
      },
      vectors.map((vector, clip) => ({ startMs: clip * 2678, scale: 1, vector })),
    );
  await add('long', long);
  for (const [place, trackId] of others.entries()) await add(trackId, [at(0.5, 2 + place)]);
});

const retrieve = (seed: Partial<HeardSeed>, options: { plan: 'clips' | 'tracks'; genre?: string }) => {
  const windows = long.slice(0, 64).map((vector, clip) => ({ vector, startMs: clip * 2678 }));
  const heard = { durationMs: 9_000, hopMs: 2678, weight: 1, peaks: [], artist: null, album: null };
  return retrieveCandidates({
    store,
    seeds: [{ ...heard, windows, ...seed }],
    vector: meanVector(windows.map(({ vector }) => vector)),
    filter: options.genre === undefined ? undefined : { genre: options.genre },
    request: { limit: 10 },
    plan: options.plan,
    signal: new AbortController().signal,
  });
};

describe.each(['clips', 'tracks'] as const)('plan %s', (plan) => {
  test('a track is no candidate for itself, and does not crowd others out', async () => {
    expect((await retrieve({ trackId: 'long' }, { plan })).sort()).toEqual([...others].sort());
    expect(await retrieve({ trackId: 'long' }, { plan, genre: 'drone' })).toEqual([]);
  });

  test('of a sample from outside, all are', async () => {
    expect((await retrieve({}, { plan }))[0]).toBe('long');
    expect(await retrieve({}, { plan, genre: 'drone' })).toEqual(['long']);
  });
});
