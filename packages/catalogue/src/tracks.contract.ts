import { type Filter, matchesFilter } from '@soundalike/core';
import fc from 'fast-check';
import { createSteps, file, result } from './catalogue.fixture.ts';
import type { Catalogue } from './catalogue.ts';

/** Tracks found by text and filter, items paged, signatures. */
export const describeTracks = (get: () => Catalogue): void => {
  const { scan, index } = createSteps(get);

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
      (await get().listTracks({ query, limit: 10 })).map(({ id }) => id[0]);
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
    const all = await get().listTracks({ limit: 1000 });
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
        const found = (await get().listTracks({ filter: wanted, limit: 1000 })).map(({ id }) => id);
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
    const page = await get().listItems({ state: 'queued', limit: 400 });
    const next = await get().listItems({ state: 'queued', after: page.at(-1)?.id ?? 0, limit: 1000 });
    expect(page.length + next.length).toBe(1000);
    expect((await get().stateCounts()).queued).toBe(1000);
  });

  test('signatures are kept by content; contents of indexed items without one are listed', async () => {
    const { queued } = await scan([file('sig/a'), file('sig/b')]);
    const contents = queued.map((_, index) => `${'s'.repeat(21)}${index}`);
    for (const [index, itemId] of queued.entries())
      await get().finishItem(result(itemId, contents[index] as string));
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
    await get().putSignature(contents[0] as string, bytes.subarray(3));
    await get().putSignature(contents[0] as string, bytes);
    expect(await get().getSignatures([...contents, 'unknown'])).toEqual(new Map([[contents[0], bytes]]));
    const missing = await get().contentsWithoutSignature({ after: contents[0], limit: 10 });
    expect(missing).toEqual([{ contentId: contents[1], itemId: queued[1] }]);
  });
};
