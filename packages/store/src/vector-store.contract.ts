import { type Filter, type FilterFields, matchesFilter } from '@soundalike/core';
import fc from 'fast-check';
import { openVectorDatabase } from './open-vector-database.ts';
import { TEXT_BYTES } from './stored-text.ts';
import {
  makeTrack,
  nearVector,
  randomNumbers,
  randomVector,
  type TrackFixture,
} from './vector-store.fixtures.ts';
import type { VectorDatabase, VectorStore } from './vector-store.ts';

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

    const upsert = (store: VectorStore, { track, clips }: TrackFixture) => store.upsertTrack(track, clips);
    const startsOf = async (store: VectorStore, trackId: string) =>
      (await store.clipsOf([trackId], { consistency: 'strong' }))
        .get(trackId)
        ?.clips.map(({ startMs }) => startMs);

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

    test('what was written is read back: vectors bit for bit, fields, scale, order of starts', async () => {
      const store = await freshSpace();
      const random = randomNumbers(2);
      const one = makeTrack('one', {
        random,
        fields: {
          artist: 'Ärtist 🎵',
          album: "it's",
          tags: ['b', 'a', 'b'],
          year: 1999,
          duration: 12.345678901,
        },
      });
      const two = makeTrack('two', { random, clipCount: 1 });
      await upsert(store, { ...one, clips: [...one.clips].reverse() });
      await upsert(store, two);
      const tracks = await store.getTracks(['two', 'one', 'three', 'one'], { consistency: 'strong' });
      expect(tracks.get('one')).toEqual({
        ...one.track,
        fields: { ...one.track.fields, tags: ['b', 'a'] },
      });
      expect(tracks.size).toBe(2);
      const clips = await store.clipsOf(['one', 'two', 'three'], { consistency: 'strong' });
      expect(clips.get('one')).toEqual({ trackId: 'one', content8: 'content1', clips: one.clips });
      expect(clips.get('two')?.clips).toEqual(two.clips);
      expect(clips.size).toBe(2);
      expect(await store.counts()).toEqual({ tracks: 2, clips: 4 });
    });

    test('clips of a revision that is known are read without asking for it; of another there are none', async () => {
      const store = await freshSpace();
      const random = randomNumbers(5);
      const [one, two, long] = [
        makeTrack('one', { random }),
        makeTrack('two', { random }),
        makeTrack('long', { random, clipCount: 40 }),
      ];
      for (const track of [one, two, long]) await upsert(store, track);
      const named = ({ track: { trackId, content8 } }: TrackFixture, clipCount = 3) => ({
        trackId,
        content8,
        clipCount,
      });
      const read = await store.clipsOfRevisions(
        [
          named(one),
          { ...named(two), content8: 'another1' },
          named(long, 2),
          named(makeTrack('three', { random })),
        ],
        { consistency: 'strong' },
      );
      expect([...read.keys()].sort()).toEqual(['long', 'one']);
      expect(read.get('one')).toEqual({ trackId: 'one', content8: 'content1', clips: one.clips });
      expect(read.get('long')?.clips).toEqual(long.clips);
      expect(await store.clipsOfRevisions([])).toEqual(new Map());
    });

    test('repeating a write changes nothing', async () => {
      const store = await freshSpace();
      const fixture = makeTrack('same', { random: randomNumbers(3) });
      await upsert(store, fixture);
      await upsert(store, fixture);
      await Promise.all([upsert(store, fixture), upsert(store, fixture)]);
      expect(await store.counts()).toEqual({ tracks: 1, clips: 3 });
      expect((await store.clipsOf(['same'], { consistency: 'strong' })).get('same')?.clips).toEqual(
        fixture.clips,
      );
    });

    test('a new revision replaces the old, fewer clips leave none behind', async () => {
      const store = await freshSpace();
      const random = randomNumbers(4);
      await upsert(store, makeTrack('t', { random, clipCount: 5 }));
      await upsert(store, makeTrack('u', { random, clipCount: 2 }));
      const revised = makeTrack('t', { random, clipCount: 3, content8: 'content2' });
      await upsert(store, revised);
      expect(await store.counts()).toEqual({ tracks: 2, clips: 5 });
      const [hits] = await store.searchClips({
        vectors: [revised.clips[1]?.vector as Float32Array],
        k: 10,
        consistency: 'strong',
      });
      expect(hits?.[0]).toMatchObject({ trackId: 't', content8: 'content2', startMs: 2678 });
      expect(hits?.filter(({ trackId }) => trackId === 't')).toHaveLength(3);
      await upsert(store, makeTrack('t', { random, clipCount: 1, content8: 'content2' }));
      expect(await store.counts()).toEqual({ tracks: 2, clips: 3 });
      expect(await startsOf(store, 't')).toEqual([0]);
      // Back to an earlier revision, written while another is asked for: the last call wins.
      await Promise.all([
        upsert(store, makeTrack('t', { random, clipCount: 4, content8: 'content3' })),
        upsert(store, makeTrack('t', { random, clipCount: 2, content8: 'content1' })),
      ]);
      expect((await store.getTracks(['t'], { consistency: 'strong' })).get('t')).toMatchObject({
        content8: 'content1',
        clipCount: 2,
      });
      expect(await store.counts()).toEqual({ tracks: 2, clips: 4 });
    });

    test('fields change without touching the vectors', async () => {
      const store = await freshSpace();
      const random = randomNumbers(5);
      const fixtures = ['a', 'b', 'c'].map((id) => makeTrack(id, { random, fields: { genre: 'jazz' } }));
      for (const fixture of fixtures) await upsert(store, fixture);
      const fields = { artist: 'New', album: '', genre: 'rock', tags: ['x'], year: 2001, duration: 31 };
      expect(await Promise.all(['a', 'missing', 'b'].map((id) => store.updateFields(id, fields)))).toEqual([
        true,
        false,
        true,
      ]);
      const tracks = await store.getTracks(['a', 'b', 'c'], { consistency: 'strong' });
      expect(tracks.get('a')).toEqual({ ...fixtures[0]?.track, fields });
      expect(tracks.get('c')?.fields.genre).toBe('jazz');
      expect((await store.clipsOf(['a'], { consistency: 'strong' })).get('a')?.clips).toEqual(
        fixtures[0]?.clips,
      );
      const vectors = [fixtures[0]?.clips[0]?.vector as Float32Array];
      const find = async (filter: Filter) =>
        (await store.searchClips({ vectors, k: 100, filter, consistency: 'strong' }))[0]?.length;
      expect(await find({ genre: 'rock', tags: { all: ['x'] } })).toBe(6);
      expect(await find({ genre: 'jazz' })).toBe(3);
      expect(await store.counts()).toEqual({ tracks: 3, clips: 9 });
    });

    test('removed tracks leave nothing', async () => {
      const store = await freshSpace();
      const random = randomNumbers(6);
      for (const id of ['a', 'b', 'c']) await upsert(store, makeTrack(id, { random }));
      await store.removeTracks(['a', 'unknown', 'c', 'a', "'; drop table tracks; --"]);
      expect(await store.counts()).toEqual({ tracks: 1, clips: 3 });
      expect(await store.scanClipKeys({ limit: 10 })).toEqual(
        [0, 2678, 5356].map((startMs) => ({ trackId: 'b', content8: 'content1', startMs })).sort(byClipId),
      );
      expect([...(await store.getTracks(['a', 'b', 'c'], { consistency: 'strong' })).keys()]).toEqual(['b']);
    });

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

    test('hostile input is refused with a reason and writes nothing', async () => {
      const store = await freshSpace();
      const random = randomNumbers(8);
      const good = makeTrack('good', { random });
      const bad = (track: object, clip: object = {}) =>
        store.upsertTrack(
          { ...good.track, ...track },
          good.clips.map((row, i) => (i === 0 ? { ...row, ...clip } : row)),
        );
      const fields = (changed: Partial<FilterFields>) => ({ fields: { ...good.track.fields, ...changed } });
      for (const attempt of [
        () => bad({ trackId: "x' OR 1=1" }),
        () => bad({ trackId: '' }),
        () => bad({ trackId: 'x'.repeat(65) }),
        () => bad({ content8: 'short' }),
        () => bad({ clipCount: 4 }),
        () => bad(fields({ artist: 'NUL\0' })),
        () => bad(fields({ tags: ['\ud800'] })),
        () => bad(fields({ tags: Array.from({ length: 257 }, (_, i) => `${i}`) })),
        () => bad(fields({ year: 1.5 })),
        () => bad(fields({ duration: Number.NaN })),
        () => bad({}, { startMs: -1 }),
        () => bad({}, { startMs: 2678 }),
        () => bad({}, { scale: Infinity }),
        () => store.searchClips({ vectors: [good.track.vector], k: 0 }),
        () => store.searchClips({ vectors: [good.track.vector], k: 1001 }),
        () => store.searchClips({ vectors: [new Float32Array(512)], k: 1 }),
        () => store.searchClips({ vectors: [good.track.vector], k: 1, filter: { artist: 'a\0' } }),
        () =>
          store.searchClips({ vectors: [good.track.vector], k: 1, filter: { year: { from: Number.NaN } } }),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      const notANumber = good.track.vector.slice();
      notANumber[7] = Number.NaN;
      for (const vector of [
        notANumber,
        new Float32Array(512),
        new Float32Array(511),
        good.track.vector.map((v) => v * 2),
      ]) {
        await expect(bad({ vector })).rejects.toMatchObject({ code: 'EMBED_FAILED' });
        await expect(bad({}, { vector })).rejects.toMatchObject({ code: 'EMBED_FAILED' });
      }
      expect(await store.counts()).toEqual({ tracks: 0, clips: 0 });
    });

    test('texts beyond the limit stay distinct and can be found', async () => {
      const store = await freshSpace();
      const random = randomNumbers(9);
      const long = 'Ünïcödé '.repeat(2 * TEXT_BYTES);
      await upsert(
        store,
        makeTrack('a', { random, fields: { artist: `${long}a`, tags: [`${long}a`, 'z'] } }),
      );
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

    test('many concurrent writers of many tracks all land, a withdrawn one does not', async () => {
      const store = await freshSpace();
      const random = randomNumbers(15);
      const fixtures = Array.from({ length: 120 }, (_, i) =>
        makeTrack(`w${i}`, { random, clipCount: 1 + (i % 13) }),
      );
      const aborted = new AbortController();
      aborted.abort(new Error('withdrawn'));
      const withdrawn = makeTrack('withdrawn', { random });
      const refused = store.upsertTrack(withdrawn.track, withdrawn.clips, { signal: aborted.signal });
      await expect(refused).rejects.toThrow('withdrawn');
      await Promise.all(fixtures.map((fixture) => upsert(store, fixture)));
      expect(await store.counts()).toEqual({
        tracks: 120,
        clips: fixtures.reduce((sum, { clips }) => sum + clips.length, 0),
      });
      const clips = await store.clipsOf(
        fixtures.map(({ track }) => track.trackId),
        { consistency: 'strong' },
      );
      for (const fixture of fixtures) expect(clips.get(fixture.track.trackId)?.clips).toEqual(fixture.clips);
    });

    test('a track of hours is written and read whole', async () => {
      const store = await freshSpace();
      const fixture = makeTrack('long', { random: randomNumbers(16), clipCount: 4100 });
      await upsert(store, fixture);
      const read = (await store.clipsOf(['long'], { consistency: 'strong' })).get('long');
      expect(read?.clips.map(({ startMs }) => startMs)).toEqual(fixture.clips.map(({ startMs }) => startMs));
      expect(read?.clips.at(-1)).toEqual(fixture.clips.at(-1));
      const { track, clips } = makeTrack('long', {
        random: randomNumbers(17),
        clipCount: 2,
        content8: 'content2',
      });
      await store.upsertTrack(track, clips);
      expect(await store.counts()).toEqual({ tracks: 1, clips: 2 });
    });

    test('indexes are named', async () => {
      const store = await freshSpace();
      await store.optimize();
      await store.settled();
      expect(await store.describeIndex()).toEqual({ clips: expect.any(String), tracks: expect.any(String) });
    });
  });
};

const clipIdOf = (key: { trackId: string; content8: string; startMs: number }) =>
  `${key.trackId}-${key.content8}-${key.startMs}`;

const byClipId = (a: Parameters<typeof clipIdOf>[0], b: Parameters<typeof clipIdOf>[0]) =>
  clipIdOf(a) < clipIdOf(b) ? -1 : 1;

const withoutScore = ({ score: _, ...hit }: { score: number }) => hit;

/** Strings that end a literal, start a comment or mean something to some filter language. */
const HOSTILE = [
  '',
  ' ',
  "'",
  '"',
  '\\',
  '\\\\',
  "\\'",
  '\\"',
  '`',
  '%',
  '_',
  '%%',
  'a%',
  "' OR '1'='1",
  '" or 1 == 1 or "',
  '" || true || "',
  "'; DROP TABLE tracks; --",
  '*/ /*',
  '--',
  '\n',
  '\r\n',
  '\t',
  'a\nb',
  '\u2028',
  '🎵',
  '👩‍🎤',
  'é',
  'é',
  'İ',
  'ß',
  '\u202e',
  '\ufeff',
  '{x}',
  '\u0024{x}',
  '$1',
  ':a',
  '?',
  'null',
  'NULL',
  'true',
  '0',
  '[]',
  '[1, 2]',
  'a, b',
  "a', 'b",
  '\\n',
  '\\u0041',
  '\\x41',
  '\\0',
  '\u0001',
  '\u007f',
  'a'.repeat(600),
]; // prettier-ignore

const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 2, arbitrary: fc.constantFrom('jazz', 'Jazz', 'rock', 'calm', 'live') },
  {
    weight: 2,
    arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.includes('\0')),
  },
);

const anyYear = fc.constantFrom(0, 1, 1969, 1970, 1999, 2000, 2024, 9999);
const anyDuration = fc.oneof(
  fc.constantFrom(0, 0.1, 0.30000000000000004, 29.999999, 30, 1e-7, 3600),
  fc.double({ min: 0, max: 1e5, noNaN: true }),
);

const anyFields: fc.Arbitrary<FilterFields> = fc.record({
  artist: anyText,
  album: anyText,
  genre: anyText,
  tags: fc.uniqueArray(anyText, { maxLength: 4 }),
  year: anyYear,
  duration: anyDuration,
});

const anyTexts = fc.oneof(anyText, fc.array(anyText, { maxLength: 4 }));
const anyTags = fc.array(anyText, { maxLength: 3 });
const anyIds = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 12 }).map((i) => `t${i}`),
    anyText,
  ),
  { maxLength: 6 },
);
const anyEnd = (values: fc.Arbitrary<number>) =>
  fc.oneof(
    { weight: 8, arbitrary: values },
    fc.constantFrom(1999.5, -1, -Infinity, Infinity, 1e21, 1e-9, -0, 5e9),
  );
const anyRange = (values: fc.Arbitrary<number>) =>
  fc.record({ from: anyEnd(values), to: anyEnd(values) }, { requiredKeys: [] });

/** One or a few parts each, so that filters are not all too strict to pass anything. */
const anyFilter: fc.Arbitrary<Filter> = fc
  .array(
    fc.oneof(
      fc.record({ artist: anyTexts }),
      fc.record({ album: anyTexts }),
      fc.record({ genre: anyTexts }),
      fc.record({ tags: fc.record({ any: anyTags, all: anyTags, none: anyTags }, { requiredKeys: [] }) }),
      fc.record({ year: anyRange(anyYear) }),
      fc.record({ duration: anyRange(anyDuration) }),
      fc.record({ trackIds: anyIds }),
      fc.record({ excludeTrackIds: anyIds }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => Object.assign({}, ...parts) as Filter);
