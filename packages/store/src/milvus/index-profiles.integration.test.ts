import type { Filter } from '@soundalike/core';
import { silentLogger } from '@soundalike/core';
import { type Service, startMilvusEngine, startMilvusLite, temporaryFolder } from '@soundalike/testing';
import { type IndexProfile, openVectorDatabase, type VectorStore } from '../index.ts';
import { makeTrack, nearVector, randomNumbers, type TrackFixture } from '../vector-store.fixtures.ts';
import { connectMilvus } from './connection.ts';
import { readIndexes } from './ensure-indexes.ts';

const random = randomNumbers(11);
const fixtures: TrackFixture[] = Array.from({ length: 300 }, (_, at) =>
  makeTrack(`track-${at}`, {
    random,
    clipCount: 4,
    fields: {
      artist: `artist "${at % 7}"`,
      genre: at % 3 === 0 ? '' : `g${at % 5}`,
      year: at % 11 === 0 ? 0 : 1990 + (at % 30),
      tags: [`t${at % 4}`, 'all'],
    },
  }),
);

const FILTERS: readonly Filter[] = [
  { artist: 'artist "3"' },
  { artist: ['artist "1"', 'nobody'], year: { from: 1995, to: 2005 } },
  { genre: ['g1', 'g2'], tags: { any: ['t1', 't2'], none: ['t3'] } },
  { year: { to: 1999 }, duration: { from: 10 } },
  { trackIds: ['track-1', 'track-2', 'track-299'] },
  { excludeTrackIds: ['track-1', 'track-2'], tags: { all: ['t0', 'all'] } },
];

const reference = openVectorDatabase('memory:').then(async (database) => {
  const store = await database.openSpace('reference', { create: true });
  for (const { track, clips } of fixtures) await store.upsertTrack(track, clips);
  return store;
});

const open = async (service: Service, profile: IndexProfile, space: string = profile): Promise<VectorStore> =>
  (await openVectorDatabase(service.url, { profile })).openSpace(space, { create: true });

const fill = async (store: VectorStore) => {
  await Promise.all(fixtures.map(({ track, clips }) => store.upsertTrack(track, clips)));
  await store.optimize();
  await store.settled();
};

/** Share of the exact nearest ten that are found, over every filter. */
const recallOf = async (store: VectorStore): Promise<number> => {
  const vectors = fixtures
    .slice(0, 20)
    .map(({ clips }) => nearVector(clips[1]?.vector as Float32Array, 0.4, random));
  let [found, wanted] = [0, 0];
  for (const filter of [undefined, ...FILTERS]) {
    const [hits, exact] = await Promise.all(
      [store, await reference].map((searched) =>
        searched.searchClips({ vectors, k: 10, filter, consistency: 'strong' }),
      ),
    );
    exact?.forEach((list, at) => {
      const ids = new Set(hits?.[at]?.map(({ trackId, startMs }) => `${trackId} ${startMs}`));
      wanted += list.length;
      found += list.filter(({ trackId, startMs }) => ids.has(`${trackId} ${startMs}`)).length;
      expect(hits?.[at]).toHaveLength(list.length);
    });
  }
  return found / wanted;
};

test('backends that choose their index themselves take the default profile only', async () => {
  for (const url of ['memory:', `lancedb:${temporaryFolder('profile')}`])
    await expect(openVectorDatabase(url, { profile: 'compact' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      fields: { setting: 'INDEX_PROFILE' },
    });
});

describe.each<
  [string, () => Promise<Service>, Partial<Record<IndexProfile, string>>, Record<string, string>]
>([
  [
    'Milvus engine 2.3.5',
    startMilvusEngine,
    { default: 'HNSW', compact: 'IVF_SQ8', disk: 'DISKANN' },
    {
      track_id: 'Trie',
      artist: 'Trie',
      album: 'Trie',
      genre: 'Trie',
      year: 'STL_SORT',
      duration: 'STL_SORT',
    },
  ],
  [
    'Milvus Lite',
    startMilvusLite,
    { default: 'HNSW', compact: 'HNSW_SQ' },
    {
      track_id: 'INVERTED',
      artist: 'INVERTED',
      album: 'INVERTED',
      genre: 'INVERTED',
      year: 'INVERTED',
      duration: 'INVERTED',
    },
  ],
])('index profiles on %s', (_name, start, has, scalars) => {
  jest.setTimeout(300_000);
  let service: Service;
  beforeAll(async () => {
    service = await start();
  });
  afterAll(() => service?.stop());

  test.each(Object.entries(has) as [IndexProfile, string][])(
    '%s is %s, and finds what exact search does',
    async (profile, type) => {
      const store = await open(service, profile);
      await fill(store);
      expect(await store.describeIndex()).toEqual({ clips: type, tracks: type });
      expect(await recallOf(store)).toBeGreaterThan(0.93);
    },
  );

  test('filter columns of both collections have indexes', async () => {
    const connection = connectMilvus(service.url, silentLogger());
    const { track_id: _key, ...ofTracks } = scalars;
    expect(Object.fromEntries(await readIndexes(connection, 'clips_default'))).toEqual({
      vector: 'HNSW',
      ...scalars,
    });
    expect(Object.fromEntries(await readIndexes(connection, 'tracks_default'))).toEqual({
      vector: 'HNSW',
      ...ofTracks,
    });
    await connection.close();
  });

  test('a profile that the server lacks is refused, whatever it answers', async () => {
    for (const profile of (['default', 'compact', 'billion', 'disk'] as const).filter((name) => !has[name]))
      await expect(open(service, profile)).rejects.toMatchObject({
        code: 'STORE_REJECTED',
        fields: { setting: 'INDEX_PROFILE', value: profile },
      });
  });

  test('an index of another profile is refused by its name, and searched all the same by readers', async () => {
    await expect(open(service, 'compact', 'default')).rejects.toThrow(
      /has the index HNSW.*INDEX_PROFILE=default goes on/,
    );
    const reader = await openVectorDatabase(service.url, { profile: 'compact', readOnly: true });
    expect(await recallOf(await reader.openSpace('default'))).toBeGreaterThan(0.93);
  });
});
