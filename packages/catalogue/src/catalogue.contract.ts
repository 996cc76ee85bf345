import { EMPTY_METADATA, type Filter, hash128, matchesFilter } from '@soundalike/core';
import fc from 'fast-check';
import type { Catalogue, FoundItem, IndexedItem } from './catalogue.ts';
import { describeKeys } from './keys.contract.ts';
import { describeLedger } from './ledger.contract.ts';
import { describeMonitoring } from './monitoring.contract.ts';

const SPACE = 'a'.repeat(16);

const file = (path: string, extra: Partial<FoundItem> = {}): FoundItem => ({
  root: 'music',
  path,
  externalId: null,
  metadata: {},
  size: 100,
  modifiedMs: 5,
  ...extra,
});

const result = (itemId: number, content: string, extra: Partial<IndexedItem['track']> = {}): IndexedItem => ({
  itemId,
  contentId: content,
  timings: { decode: 3 },
  audioSeconds: 30,
  track: {
    id: content,
    catalogue: 'default',
    externalId: null,
    contentId: content,
    space: SPACE,
    durationSeconds: 30,
    clipCount: 11,
    ...EMPTY_METADATA,
    ...extra,
  },
});

/** What every implementation of the catalogue must do. `open` gives an empty one. */
export const describeCatalogue = (
  name: string,
  open: () => Promise<Catalogue>,
  close: () => Promise<void> = async () => undefined,
): void => {
  describe(`catalogue: ${name}`, () => {
    let catalogue: Catalogue;
    beforeAll(async () => {
      catalogue = await open();
      process.stderr.write(`catalogue contract runs on ${name} (${catalogue.kind})\n`);
    }, 60_000);
    afterAll(async () => {
      await catalogue?.close();
      await close();
    });

    const scan = async (found: FoundItem[], extra: { force?: boolean; space?: string } = {}) => {
      const run = await catalogue.createRun({ catalogue: 'default', source: 'test' });
      return {
        run,
        ...(await catalogue.recordFound({
          runId: run.id,
          catalogue: 'default',
          space: SPACE,
          found,
          ...extra,
        })),
      };
    };
    const index = async (itemId: number, content: string, extra: Partial<IndexedItem['track']> = {}) => {
      await catalogue.startItem(itemId, 'w:1');
      return catalogue.finishItem(result(itemId, content, extra));
    };

    test('new items are queued; indexed ones are unchanged; changed, failed and forced ones are queued again', async () => {
      const first = await scan([file('s/a.mp3'), file('s/b.mp3'), file('s/c.mp3')]);
      expect(first.queued).toHaveLength(3);
      const [a = 0, b = 0, c = 0] = first.queued;
      await index(a, 'A'.repeat(22));
      await index(b, 'B'.repeat(22));
      await catalogue.startItem(c, 'w:1');
      await catalogue.failItem({ itemId: c, code: 'AUDIO_SILENT', message: 'silent', retry: false });
      expect(await catalogue.runCounts(first.run.id)).toMatchObject({
        total: 3,
        queued: 0,
        active: 0,
        audioSeconds: 60,
        outcomes: { indexed: 2, failed: 1 },
      });

      const second = await scan([file('s/a.mp3'), file('s/b.mp3', { modifiedMs: 6 }), file('s/c.mp3')]);
      expect(second.unchanged).toBe(1);
      expect([...second.queued].sort()).toEqual([b, c].sort());
      expect((await catalogue.getItem(b))?.tries).toBe(2);
      await index(b, 'B'.repeat(22));
      await index(c, 'C'.repeat(22));
      expect((await scan([file('s/a.mp3')], { force: true })).queued).toEqual([a]);
      await index(a, 'A'.repeat(22));
      expect((await scan([file('s/a.mp3')], { space: 'b'.repeat(16) })).queued).toEqual([a]);
      await index(a, 'A'.repeat(22));
    });

    test('items on the way are adopted by a new run without a new try', async () => {
      const first = await scan([file('adopt.mp3')]);
      const second = await scan([file('adopt.mp3')]);
      expect(second.queued).toEqual(first.queued);
      expect(await catalogue.getItem(first.queued[0] ?? 0)).toMatchObject({
        tries: 1,
        runId: second.run.id,
        outcome: null,
      });
      await index(first.queued[0] ?? 0, 'D'.repeat(22));
    });

    test('an own id adopts the item that was there without; a folder scan keeps what a manifest said', async () => {
      const [id = 0] = (await scan([file('own.mp3')])).queued;
      await index(id, 'E'.repeat(22));
      const named = await scan([file('own.mp3', { externalId: 'SL-1', metadata: { title: 'T' } })]);
      expect(named.queued).toEqual([id]);
      const trackId = hash128('x', 'SL-1');
      const { orphanTrack } = await index(id, 'E'.repeat(22), {
        id: trackId,
        externalId: 'SL-1',
        title: 'T',
      });
      expect(orphanTrack).toBe('E'.repeat(22));
      expect(await catalogue.findTrack('SL-1')).toMatchObject({
        id: trackId,
        title: 'T',
        location: { root: 'music', path: 'own.mp3' },
      });
      expect((await scan([file('own.mp3')])).unchanged).toBe(1);
      expect((await catalogue.getItem(id))?.externalId).toBe('SL-1');
      const twice = await scan([
        file('own.mp3', { externalId: 'SL-1', metadata: { title: 'T' } }),
        file('own.mp3', { externalId: 'SL-2' }),
      ]);
      expect(twice).toMatchObject({ unchanged: 1 });
      expect(twice.queued).toHaveLength(1);
      await index(twice.queued[0] ?? 0, 'E'.repeat(22), { id: hash128('x', 'SL-2'), externalId: 'SL-2' });
    });

    test('changed metadata is reported without queueing', async () => {
      const [id = 0] = (await scan([file('meta.mp3', { metadata: { title: 'old' } })])).queued;
      await index(id, 'M'.repeat(22), { title: 'old' });
      const again = await scan([file('meta.mp3', { metadata: { title: 'new' } })]);
      expect(again).toMatchObject({ queued: [], metadataChanged: [id] });
      expect(await catalogue.updateTrackMetadata(id)).toMatchObject({ title: 'new' });
      expect(await catalogue.findTrack('M'.repeat(22))).toMatchObject({ title: 'new' });
    });

    test('the same content elsewhere is a duplicate whose place is attached; changed content leaves an orphan', async () => {
      const [first = 0, second = 0] = (await scan([file('dup/1.mp3'), file('dup/2.mp3')])).queued;
      expect(await index(first, 'F'.repeat(22))).toMatchObject({ outcome: 'indexed' });
      expect(await index(second, 'F'.repeat(22))).toMatchObject({
        outcome: 'duplicate',
        orphanTrack: undefined,
      });
      expect(await catalogue.locationsOf('F'.repeat(22))).toHaveLength(2);
      await scan([file('dup/1.mp3', { size: 7 })]);
      expect((await index(first, 'G'.repeat(22))).orphanTrack).toBeUndefined();
      await scan([file('dup/2.mp3', { size: 7 })]);
      expect((await index(second, 'G'.repeat(22))).orphanTrack).toBe('F'.repeat(22));
      expect(await catalogue.findTrack('F'.repeat(22))).toBeUndefined();
    });

    test('what a scan did not see is gone, only below its prefix', async () => {
      const { queued } = await scan([file('gone/x_1.mp3'), file('gone%/y.mp3'), file('gone/z.mp3')]);
      for (const [i, id] of queued.entries()) await index(id, `${i}`.repeat(22));
      const { run } = await scan([file('gone/z.mp3')]);
      const gone = await catalogue.recordGone({
        runId: run.id,
        catalogue: 'default',
        scope: { root: 'music', prefix: 'gone/' },
      });
      expect(gone).toEqual({ items: 1, orphanTracks: ['0'.repeat(22)] });
      expect((await catalogue.runCounts(run.id)).outcomes).toMatchObject({ gone: 1, unchanged: 1 });
    });

    test('a scope holds every name below its prefix, and a comparison says the same of each', async () => {
      const where = { catalogue: 'default', scope: { root: 'every', prefix: 'in/' } };
      const below = ['in/ ', 'in/~', 'in/é', 'in/\uffee', 'in/😀/a.mp3', 'in/\u{10fffd}'];
      const found = [...below, 'in', 'in.mp3', 'in0', 'io/a.mp3'].map((path) =>
        file(path, { root: 'every' }),
      );
      await scan(found);
      expect(await catalogue.countKnown(where)).toBe(below.length);
      const compared = await catalogue.compareFound({ ...where, space: SPACE, found });
      expect(compared.map(({ isInScope }) => isInScope)).toEqual(found.map((_, at) => at < below.length));
      const { run } = await scan([]);
      expect(await catalogue.recordGone({ ...where, runId: run.id })).toMatchObject({ items: below.length });
      await catalogue.recordGone({ ...where, runId: run.id, scope: { root: 'every', prefix: '' } });
    });

    test('claims are exclusive, leases run out, attempts count only where they should', async () => {
      const { queued } = await scan([file('q/1'), file('q/2'), file('q/3')]);
      const claimed = (
        await Promise.all([
          catalogue.claimItems({ worker: 'a:1', limit: 2, leaseMs: 60_000 }),
          catalogue.claimItems({ worker: 'b:1', limit: 2, leaseMs: 1 }),
        ])
      ).flat();
      expect(claimed.map(({ itemId }) => itemId).sort()).toEqual([...queued].sort());
      await new Promise((resolve) => setTimeout(resolve, 20));
      const again = await catalogue.claimItems({ worker: 'c:1', limit: 5, leaseMs: 60_000 });
      expect(again.length).toBeGreaterThanOrEqual(1);
      expect(claimed.every(({ isStalled }) => !isStalled) && again.every(({ isStalled }) => isStalled)).toBe(
        true,
      );
      expect(await catalogue.renewLeases({ worker: 'b:1', itemIds: queued, leaseMs: 60_000 })).toEqual([]);
      const item = again[0]?.itemId ?? 0;
      await catalogue.startItem(item, 'c:1');
      expect((await catalogue.getItem(item))?.attempts).toBe(1);
      await catalogue.releaseLease({ worker: 'c:1', itemId: item, delayMs: 60_000, countAttempt: false });
      expect(await catalogue.getItem(item)).toMatchObject({ state: 'queued', attempts: 0 });
      expect(await catalogue.claimItems({ worker: 'd:1', limit: 5, leaseMs: 1000 })).toEqual([]);
      for (const id of queued) {
        await catalogue.startItem(id, 'w:1');
        await catalogue.failItem({
          itemId: id,
          code: id === item ? 'TIMEOUT' : 'AUDIO_SILENT',
          message: 'm',
          detail: 'd',
          retry: false,
        });
      }
    });

    test('a worker of this host whose process is gone is noticed at once', async () => {
      const { queued } = await scan([file('dead/1')]);
      const { hostname } = jest.requireActual<typeof import('node:os')>('node:os');
      await catalogue.claimItems({ worker: `${hostname()}:4194303`, limit: 1, leaseMs: 60_000 });
      expect(await catalogue.reclaimDead()).toBe(1);
      expect(await catalogue.claimItems({ worker: 'e:1', limit: 1, leaseMs: 1000 })).toEqual([
        { itemId: queued[0], attempt: 1, isStalled: false },
      ]);
      await index(queued[0] ?? 0, 'Z'.repeat(22));
    });

    test('failures are grouped with examples and queued again by code', async () => {
      const groups = await catalogue.failureGroups();
      expect(groups.map(({ code, count }) => [code, count])).toEqual([
        ['AUDIO_SILENT', 2],
        ['TIMEOUT', 1],
      ]);
      expect(groups[1]?.examples[0]).toMatch(/^music\/q\//);
      const { queued, rowsLeft } = await catalogue.retryItems({ code: 'TIMEOUT' });
      expect([queued, rowsLeft]).toEqual([[{ itemId: expect.any(Number), try: 2 }], 0]);
      expect(await catalogue.queuedItems({ limit: 10 })).toEqual(queued);
      await index(queued[0]?.itemId ?? 0, 'T'.repeat(22));
    });

    test('named leases have one holder until they run out', async () => {
      expect(await catalogue.acquireLease({ name: 'l', holder: 'a', leaseMs: 50 })).toBe(true);
      expect(await catalogue.acquireLease({ name: 'l', holder: 'b', leaseMs: 50 })).toBe(false);
      expect(await catalogue.acquireLease({ name: 'l', holder: 'a', leaseMs: 50 })).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 80));
      expect(await catalogue.acquireLease({ name: 'l', holder: 'b', leaseMs: 50 })).toBe(true);
      await catalogue.releaseNamedLease({ name: 'l', holder: 'b' });
      expect(await catalogue.acquireLease({ name: 'l', holder: 'c', leaseMs: 50 })).toBe(true);
    });

    test('one pointer names the live space', async () => {
      expect(await catalogue.liveSpace()).toBeUndefined();
      expect(await catalogue.ensureSpace({ name: SPACE, model: 'm', description: { hop: 1 } })).toMatchObject(
        { name: SPACE, model: 'm', description: { hop: 1 } },
      );
      expect((await catalogue.ensureSpace({ name: 'b'.repeat(16), model: 'n', description: {} })).name).toBe(
        SPACE,
      );
      await catalogue.setLiveSpace('b'.repeat(16));
      expect((await catalogue.liveSpace())?.model).toBe('n');
      await expect(catalogue.setLiveSpace('none')).rejects.toThrow();
      await catalogue.setLiveSpace(SPACE);
    });

    test('a space is built beside the live one, filled, promoted, gone back from and forgotten', async () => {
      const next = 'c'.repeat(16);
      const { run, queued } = await scan([file('sp/1'), file('sp/2')]);
      const tracks = [`1${'S'.repeat(21)}`, `2${'S'.repeat(21)}`];
      for (const [at, id] of tracks.entries()) await index(queued[at] ?? 0, id);
      await catalogue.addSpace({ name: next, model: 'o', description: {} });
      await catalogue.setSpaceRun(next, run.id);
      const standing = async (name: string) =>
        (await catalogue.listSpaces()).find((space) => space.name === name);
      expect(await standing(next)).toMatchObject({ state: 'building', runId: run.id });
      expect((await catalogue.liveSpace())?.name).toBe(SPACE);

      const missing = async () =>
        (await catalogue.missingInSpace({ space: next, from: SPACE, limit: 1000 })).filter((id) =>
          tracks.includes(id),
        );
      expect(await missing()).toEqual(tracks);
      const reasons = async () =>
        (await catalogue.missingReasons({ space: next, from: SPACE })).filter(({ state }) => state !== null);
      expect((await reasons()).find(({ state }) => state === 'indexed')?.count).toBeGreaterThanOrEqual(2);
      const again = await catalogue.queueTracks(tracks, run.id);
      expect(again.map(({ itemId }) => itemId).sort()).toEqual([...queued].sort());
      expect(await catalogue.queueTracks(tracks, run.id)).toEqual([]);
      const [first = ''] = tracks;
      await catalogue.recordInSpace({ space: next, trackId: first, contentId: first, clipCount: 21 });
      expect(await missing()).toEqual(tracks.slice(1));
      expect(await catalogue.countTracks(next)).toBe(1);
      expect(await catalogue.countTracks(SPACE, { atMost: 1 })).toBe(1);
      expect(await catalogue.countTracks(undefined, { atMost: 1_000 })).toBe(await catalogue.countTracks());
      expect(await catalogue.trackTotals(next)).toMatchObject({ tracks: 1, clips: 21 });
      expect(await catalogue.presenceOf(next, tracks)).toEqual(
        new Map([[first, { trackId: first, contentId: first, clipCount: 21 }]]),
      );
      expect((await catalogue.findTrackByContent(first, next))?.id).toBe(first);
      expect(await catalogue.findTrackByContent(tracks[1] as string, next)).toBeUndefined();
      for (const [at, id] of tracks.entries()) await index(queued[at] ?? 0, id);

      await expect(catalogue.forgetSpace(SPACE)).rejects.toMatchObject({ code: 'SPACE_MISMATCH' });
      await catalogue.flipLiveSpace({ from: SPACE, to: next });
      await expect(catalogue.flipLiveSpace({ from: SPACE, to: next })).rejects.toMatchObject({
        code: 'SPACE_MISMATCH',
      });
      expect((await catalogue.liveSpace())?.name).toBe(next);
      // What it can be narrowed by is what is in it, wherever that was indexed first.
      const artists = async (space: string) =>
        (await catalogue.facets(space)).artists.reduce((sum, { count }) => sum + count, 0);
      expect(await artists(next)).toBeLessThanOrEqual(1);
      expect(await standing(SPACE)).toMatchObject({ state: 'kept' });
      // A scan for the new space asks again only for what is not there yet.
      const rescan = await scan([file('sp/1'), file('sp/2')], { space: next });
      expect(rescan.queued).toEqual(queued.slice(1, 2));
      await index(queued[1] ?? 0, tracks[1] as string);
      await catalogue.flipLiveSpace({ from: next, to: SPACE });
      await catalogue.removeFromSpace(next, [first]);
      expect(await catalogue.tracksInSpace({ space: next, limit: 10 })).toEqual([]);
      const transform = {
        mean: new Uint8Array([1, 2, 3, 4]),
        whitening: undefined,
        calibration: { slope: 2 },
      };
      await catalogue.putSpaceTransform(next, transform);
      await catalogue.putSpaceTransform(next, { ...transform, mean: new Uint8Array([9, 9, 9, 9]) });
      expect(await catalogue.getSpaceTransform(next)).toEqual(transform);
      const whitened = { ...transform, whitening: new Uint8Array([5, 6, 7, 8]) };
      await catalogue.putSpaceTransform('d'.repeat(16), whitened);
      expect(await catalogue.getSpaceTransform('d'.repeat(16))).toEqual(whitened);
      await catalogue.forgetSpace(next);
      expect(await catalogue.getSpaceTransform(next)).toBeUndefined();
      expect(await standing(next)).toBeUndefined();
    });

    test('text search ignores case and accents and takes wildcards literally', async () => {
      const { queued } = await scan([file('t/1'), file('t/2')]);
      await index(queued[0] ?? 0, 'P'.repeat(22), {
        artist: 'Núria Àvila',
        title: '100% sal_t',
        tags: ['calm'],
        album: 'Søren Łódź Straße Æther',
      });
      await index(queued[1] ?? 0, 'Q'.repeat(22), { artist: '北の窓', title: 'rain' });
      const ids = async (query: string) =>
        (await catalogue.listTracks({ query, limit: 10 })).map(({ id }) => id[0]);
      expect(await ids('avila NURIA')).toEqual(['P']);
      for (const album of ['soren lodz', 'SØREN ŁÓDŹ', 'strasse aether', 'straße'])
        expect(await ids(album)).toEqual(['P']);
      expect(await ids('100% sal_t')).toEqual(['P']);
      expect(await ids('1__%')).toEqual([]);
      expect(await ids('avila\0nuria')).toEqual(['P']);
      expect(await ids('avila \ud800')).toEqual([]);
      expect(await ids('北の')).toEqual(['Q']);
    });

    test('filters mean what matchesFilter means, hostile text included', async () => {
      const hostile = fc.constantFrom(
        'a',
        "o'hara",
        '"',
        '\\',
        '%',
        '_',
        'x","y',
        '\n',
        'é',
        '🎵',
        "'; drop table tracks; --",
        '',
      );
      const names = await fc.sample(
        fc.record({
          artist: hostile,
          genre: hostile,
          tags: fc.uniqueArray(hostile, { maxLength: 3 }),
          year: fc.constantFrom(null, 1990, 2001),
          seconds: fc.integer({ min: 1, max: 9 }),
        }),
        { numRuns: 60, seed: 4 },
      );
      const { queued } = await scan(names.map((_, i) => file(`f/${i}`)));
      for (const [i, { artist, genre, tags, year, seconds }] of names.entries()) {
        await index(queued[i] ?? 0, `f${i}`.padEnd(22, '_'), {
          artist: artist || null,
          genre: genre || null,
          tags,
          year,
          durationSeconds: seconds,
        });
      }
      const all = await catalogue.listTracks({ limit: 1000 });
      const filter: fc.Arbitrary<Filter> = fc.record(
        {
          artist: fc.oneof(hostile, fc.array(hostile, { maxLength: 3 })),
          genre: hostile,
          tags: fc.record(
            {
              any: fc.array(hostile, { maxLength: 2 }),
              all: fc.array(hostile, { maxLength: 2 }),
              none: fc.array(hostile, { maxLength: 2 }),
            },
            { requiredKeys: [] },
          ),
          year: fc.record(
            { from: fc.constantFrom(1980, 1990), to: fc.constantFrom(1990, 2010) },
            { requiredKeys: [] },
          ),
          duration: fc.record(
            { from: fc.integer({ min: 0, max: 9 }), to: fc.integer({ min: 0, max: 9 }) },
            { requiredKeys: [] },
          ),
          excludeTrackIds: fc.array(fc.constantFrom(...all.map(({ id }) => id)), { maxLength: 2 }),
        },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(filter, async (wanted) => {
          const found = (await catalogue.listTracks({ filter: wanted, limit: 1000 })).map(({ id }) => id);
          const expected = all.filter((track) =>
            matchesFilter(wanted, {
              trackId: track.id,
              artist: track.artist ?? '',
              album: track.album ?? '',
              genre: track.genre ?? '',
              tags: track.tags,
              year: track.year ?? 0,
              duration: track.durationSeconds,
            }),
          );
          expect(found).toEqual(expected.map(({ id }) => id));
        }),
        { numRuns: 150 },
      );
    }, 60_000);

    test('a thousand entries are few statements and page by key', async () => {
      const { queued } = await scan(Array.from({ length: 1000 }, (_, i) => file(`many/${i}`)));
      expect(queued).toHaveLength(1000);
      const page = await catalogue.listItems({ state: 'queued', limit: 400 });
      const next = await catalogue.listItems({ state: 'queued', after: page.at(-1)?.id ?? 0, limit: 1000 });
      expect(page.length + next.length).toBe(1000);
      expect((await catalogue.stateCounts()).queued).toBe(1000);
    });

    test('signatures are kept by content; contents of indexed items without one are listed', async () => {
      const { queued } = await scan([file('sig/a'), file('sig/b')]);
      const contents = queued.map((_, index) => `${'s'.repeat(21)}${index}`);
      for (const [index, itemId] of queued.entries())
        await catalogue.finishItem(result(itemId, contents[index] as string));
      const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
      await catalogue.putSignature(contents[0] as string, bytes.subarray(3));
      await catalogue.putSignature(contents[0] as string, bytes);
      expect(await catalogue.getSignatures([...contents, 'unknown'])).toEqual(
        new Map([[contents[0], bytes]]),
      );
      const missing = await catalogue.contentsWithoutSignature({ after: contents[0], limit: 10 });
      expect(missing).toEqual([{ contentId: contents[1], itemId: queued[1] }]);
    });

    describeKeys(() => catalogue);
    describeMonitoring(() => catalogue);
    describeLedger(() => catalogue);
  });
};
