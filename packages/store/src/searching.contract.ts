import { type Filter, matchesFilter } from '@soundalike/core';
import fc from 'fast-check';
import { anyFields, anyFilter } from './any-filter.fixtures.ts';
import { openVectorDatabase } from './open-vector-database.ts';
import { TEXT_BYTES } from './stored-text.ts';
import {
  clipIdOf,
  makeTrack,
  nearVector,
  randomNumbers,
  randomVector,
  upsert,
} from './vector-store.fixtures.ts';
import type { VectorStore } from './vector-store.ts';

/** What is found by vectors, filters and pages. */
export const describeSearching = (freshSpace: () => Promise<VectorStore>, propertyRuns: number): void => {
  test('searches agree with exact cosine, many vectors at once, best first', async () => {
    const store = await freshSpace();
    const random = randomNumbers(7);
    const fixtures = Array.from({ length: 40 }, (_, i) =>
      makeTrack(`track${i}`, { random, clipCount: 1 + (i % 5) }),
    );
    await Promise.all(fixtures.map((fixture) => upsert(store, fixture)));
    await store.optimize();
    const reference = await (await openVectorDatabase('memory:')).openSpace('reference', { create: true });
    for (const fixture of fixtures) await upsert(reference, fixture);
    const vectors = Array.from({ length: 64 }, (_, i) =>
      nearVector(fixtures[i % 40]?.track.vector as Float32Array, 0.5, random),
    );
    for (const method of ['searchClips', 'searchTracks'] as const) {
      const found = await store[method]({ vectors, k: 7, consistency: 'strong' });
      const expected = await reference[method]({ vectors, k: 7 });
      expect(found).toHaveLength(64);
      expect(found.map((hits) => hits.map(withoutScore))).toEqual(
        expected.map((hits) => hits.map(withoutScore)),
      );
      found.forEach((hits, at) => {
        hits.forEach(({ score }, rank) => {
          expect(Math.abs(score - (expected[at]?.[rank]?.score ?? 9))).toBeLessThan(1e-4);
        });
      });
    }
    // A vector need not be of norm 1 to be compared by cosine; k may exceed what there is.
    const long = (vectors[0] as Float32Array).map((value) => value * 10);
    const [all] = await store.searchTracks({ vectors: [long], k: 1000, consistency: 'strong' });
    expect(all).toHaveLength(40);
    expect(all?.[0]?.score).toBeLessThanOrEqual(1.0001);
  });

  test('texts beyond the limit stay distinct and can be found', async () => {
    const store = await freshSpace();
    const random = randomNumbers(9);
    const long = 'Ünïcödé '.repeat(2 * TEXT_BYTES);
    await upsert(store, makeTrack('a', { random, fields: { artist: `${long}a`, tags: [`${long}a`, 'z'] } }));
    await upsert(store, makeTrack('b', { random, fields: { artist: `${long}b`, tags: [`${long}b`] } }));
    const vectors = [randomVector(random)];
    for (const filter of [{ artist: `${long}a` }, { tags: { any: [`${long}a`] } }]) {
      const [hits] = await store.searchTracks({ vectors, k: 5, filter, consistency: 'strong' });
      expect(hits?.map(({ trackId }) => trackId)).toEqual(['a']);
    }
  });

  test('filters mean what matchesFilter says, on random catalogues and hostile strings', async () => {
    const random = randomNumbers(10);
    const store = await freshSpace();
    const vectors = [randomVector(random)];
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyFields, { minLength: 1, maxLength: 15 }),
        fc.array(anyFilter, { minLength: 10, maxLength: 25 }),
        async (catalogue, filters) => {
          await store.removeTracks(Array.from({ length: 15 }, (_, i) => `t${i}`));
          const rows = catalogue.map((fields, i) => ({ ...fields, trackId: `t${i}` }));
          await Promise.all(
            rows.map(({ trackId, ...fields }) =>
              upsert(store, makeTrack(trackId, { random, clipCount: 1, fields })),
            ),
          );
          const findAll = async (filter: Filter) => {
            const search = { vectors, k: 100, filter, consistency: 'strong' } as const;
            const found = await Promise.all([store.searchTracks(search), store.searchClips(search)]);
            return { filter, found: found.map(([hits]) => hits?.map(({ trackId }) => trackId).sort()) };
          };
          const expected = filters.map((filter) => {
            const ids = rows.filter((row) => matchesFilter(filter, row)).map(({ trackId }) => trackId);
            return { filter, found: [ids.sort(), ids] };
          });
          expect(await Promise.all(filters.map(findAll))).toEqual(expected);
        },
      ),
      { numRuns: propertyRuns, seed: 11, endOnFailure: true },
    );
  });

  test('lists of thousands of ids work, both ways', async () => {
    const store = await freshSpace();
    const random = randomNumbers(12);
    for (const id of ['a', 'b', 'c']) await upsert(store, makeTrack(id, { random, clipCount: 2 }));
    const others = Array.from({ length: 2500 }, (_, i) => `other-${i}-padding-padding`);
    const vectors = [randomVector(random), randomVector(random)];
    const idsOf = async (filter: Filter) =>
      (await store.searchClips({ vectors, k: 3, filter, consistency: 'strong' })).map((hits) =>
        [...new Set(hits.map(({ trackId }) => trackId))].sort(),
      );
    const [first] = await idsOf({ trackIds: ['a', ...others, 'c'] });
    expect(first).toEqual(['a', 'c']);
    expect(await idsOf({ excludeTrackIds: ['a', ...others, 'c'] })).toEqual([['b'], ['b']]);
    expect((await store.getTracks([...others, 'b'], { consistency: 'strong' })).size).toBe(1);
    await store.removeTracks([...others, 'b']);
    expect(await store.counts()).toEqual({ tracks: 2, clips: 4 });
  });

  test('scans page through everything in the order of ids', async () => {
    const store = await freshSpace();
    const random = randomNumbers(13);
    const ids = ['-x', '0', 'A', 'Zz', '_', 'a', 'a-', 'a0', 'aa', 'b'];
    const fixtures = ids.map((id) => makeTrack(id, { random, clipCount: 3 }));
    await Promise.all(fixtures.map((fixture) => upsert(store, fixture)));
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await store.scanTracks({ after, limit: 3 });
      expect(page.length).toBe(Math.min(3, ids.length - seen.length));
      seen.push(...page.map(({ trackId }) => trackId));
      after = seen.at(-1);
      if (page.length < 3) break;
    }
    expect(seen).toEqual([...ids].sort());
    expect((await store.scanTracks({ limit: 1 }))[0]).toEqual(fixtures[0]?.track);
    const keys: string[] = [];
    for (;;) {
      const page = await store.scanClipKeys({ after: keys.at(-1), limit: 7 });
      keys.push(...page.map(clipIdOf));
      if (page.length < 7) break;
    }
    expect(keys).toEqual(
      fixtures.flatMap(({ track, clips }) => clips.map((clip) => clipIdOf({ ...track, ...clip }))).sort(),
    );
  });
};

const withoutScore = ({ score: _, ...hit }: { score: number }) => hit;
