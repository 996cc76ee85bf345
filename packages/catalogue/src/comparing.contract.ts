import { SPACE } from './catalogue.fixture.ts';
import type { Catalogue, FoundItem, SourceScope } from './catalogue.ts';
import { CATALOGUE, createLedgerSteps, file, TRACK } from './ledger.fixture.ts';

/** What a source would change and what it names no more, said as a scan would do it. */
export const describeComparing = (get: () => Catalogue): void => {
  const { scan, index } = createLedgerSteps(get);

  test('another version mark is a change, though size and time are the same; the row keeps the mark of its audio', async () => {
    const object = (etag: string) => file('s3://b/o.mp3', { root: null, etag });
    const first = await scan([object('"v1"')]);
    const [id = 0] = first.queued;
    await index(id, 'E'.repeat(22), 'Object', '"v1"');
    expect(await scan([object('v1')])).toMatchObject({ queued: [], unchanged: 1 });
    expect((await scan([object('"v2"')])).queued).toEqual([id]);
    // Asked for what is not v1 any more, the store sends the new audio.
    expect((await get().getItem(id))?.etag).toBe('"v1"');
    await index(id, 'E'.repeat(22), 'Object', '"v2"');
    expect(await scan([object('"v2"')])).toMatchObject({ unchanged: 1 });
    expect((await get().findItem('s3://b/o.mp3'))?.id).toBe(id);
    expect(await get().findItem('')).toBeUndefined();
  });

  test('a comparison says what a scan would do and writes nothing', async () => {
    const ids = (
      await scan([
        file('cmp/same'),
        file('cmp/edited'),
        file('cmp/retagged'),
        file('cmp/old', { externalId: 'C1' }),
        file('cmp/broken'),
        file('cmp/mended'),
      ])
    ).queued;
    for (const [i, id] of ids.slice(0, 4).entries()) await index(id, `cmp${i}`.padEnd(22, 'x'), 't');
    for (const itemId of ids.slice(4))
      await get().failItem({ itemId, code: 'AUDIO_UNDECODABLE', message: 'm', retry: false });
    const compared = await get().compareFound({
      catalogue: CATALOGUE,
      space: SPACE,
      found: [
        file('cmp/same'),
        file('cmp/edited', { size: 3 }),
        file('cmp/retagged', { metadata: { title: 'x' } }),
        file('cmp/elsewhere', { externalId: 'C1' }),
        file('cmp/broken'),
        file('cmp/mended', { size: 3 }),
        file('cmp/twice', { externalId: 'C1' }),
        file('cmp/fresh'),
      ],
    });
    expect(compared.map(({ difference }) => difference)).toEqual([
      'unchanged',
      'changed',
      'metadata',
      'moved',
      'failed',
      'changed',
      'conflict',
      'new',
    ]);
    expect(compared.map(({ itemId }) => itemId)).toEqual([...ids, undefined, undefined]);
  });

  test('what is said of an item on its way counts, whether it waits or is being worked on', async () => {
    const before = ['waits', 'begun', 'same'].map((name) =>
      file(`on-the-way/${name}.mp3`, { metadata: { title: 'Before' } }),
    );
    const first = await scan(before);
    const [waits = 0, begun = 0, same = 0] = first.queued;
    for (const id of [begun, same]) await get().startItem(id, 'w:1');
    const after = ['waits', 'begun'].map((name) =>
      file(`on-the-way/${name}.mp3`, { externalId: `LBL-${name}`, metadata: { title: 'After' } }),
    );
    const second = await scan([...after, ...before.slice(2)]);
    expect([...second.queued].sort()).toEqual([waits, begun, same].sort());
    const said = { metadata: { title: 'After' }, state: 'queued' };
    expect(await get().getItem(waits)).toMatchObject({ ...said, externalId: 'LBL-waits', tries: 1 });
    expect(await get().getItem(begun)).toMatchObject({ ...said, externalId: 'LBL-begun', tries: 2 });
    expect(await get().getItem(same)).toMatchObject({
      metadata: { title: 'Before' },
      tries: 1,
      state: 'active',
    });
    // Even where the same worker has taken it again, what it began with the old words is not written.
    await get().startItem(begun, 'w:1');
    const late = { worker: 'w:1', timings: {}, audioSeconds: 1, contentId: 'late'.padEnd(22, 'x') };
    const track = { ...TRACK, id: late.contentId, contentId: late.contentId };
    await expect(get().finishItem({ ...late, itemId: begun, tries: 1, track })).rejects.toThrow();
    expect((await get().getItem(begun))?.state).toBe('active');
    for (const id of second.queued) await index(id, `way${id}`.padEnd(22, 'x'), 't');
  });

  test('an own id at another place is moved where its file is the same, else changed', async () => {
    const named = (externalId: string, path: string, size = 100) => file(path, { externalId, size });
    const { queued } = await scan([named('M1', 'moves/1.mp3'), named('M2', 'moves/2.mp3')]);
    for (const id of queued) await index(id, `moves${id}`.padEnd(22, 'x'), 't');
    const found = [named('M1', 'moves/3.mp3'), named('M2', 'moves/4.mp3', 101)];
    const compared = await get().compareFound({ catalogue: CATALOGUE, space: SPACE, found });
    expect(compared.map(({ difference }) => difference)).toEqual(['moved', 'changed']);
  });

  test('an object named by itself and by its bucket is one that does not change', async () => {
    const listed = file('s3://b/single.mp3', { root: null, etag: '"v1"' });
    const single = file('s3://b/single.mp3', { root: null, size: null, modifiedMs: null });
    const [id = 0] = (await scan([single], 's3://b/single.mp3')).queued;
    await index(id, 'single'.padEnd(22, 'x'), 't', '"v1"');
    expect(await scan([listed])).toMatchObject({ queued: [], unchanged: 1 });
    expect(await scan([single])).toMatchObject({ queued: [], unchanged: 1 });
    const other = file('s3://b/single.mp3', { root: null, etag: '"v2"' });
    expect(await scan([other])).toMatchObject({ queued: [id] });
    await index(id, 'single'.padEnd(22, 'x'), 't', '"v2"');
  });

  test('places, own ids and marks of any letters are compared as they were recorded', async () => {
    const odd = 'qui/"q\\uote\', é 😀';
    const known = [
      file(odd),
      file('qui/own', { externalId: 'Q1', metadata: { title: 'Ü "x"' } }),
      file('qui/kept', { metadata: { title: 'kept' } }),
      file('https://a.example/q.mp3', { root: null, size: null, modifiedMs: null, etag: '"q"' }),
      file('qui/other-space'),
      file('qui/waiting'),
    ];
    const { queued } = await scan(known, 'qui.csv');
    for (const [i, id] of queued.slice(0, -1).entries())
      await index(id, `qui${i}`.padEnd(22, 'x'), 't', known[i]?.etag ?? undefined);
    const found = [
      ...known.slice(0, 2),
      file('qui/kept'),
      ...known.slice(3),
      file('qui/own2', { externalId: 'Q2' }),
    ];
    const compare = (entries: FoundItem[], space = SPACE) =>
      get().compareFound({ catalogue: CATALOGUE, space, found: entries, scope: { source: 'qui.csv' } });
    const differences = async (entries: FoundItem[], space = SPACE) =>
      (await compare(entries, space)).map(({ difference }) => difference);
    const edited = found.map((item) => ({ ...item, metadata: { title: 'edited' }, etag: '"r"' }));
    const grown = found.map((item) => ({ ...item, size: 101 }));
    const ends = ['waiting', 'new'];
    expect(await differences(found)).toEqual([...Array(5).fill('unchanged'), ...ends]);
    expect(await differences(edited)).toEqual([...Array(3).fill('metadata'), 'changed', 'metadata', ...ends]);
    // Of the link, no size was known.
    const grew = ['changed', 'changed', 'changed', 'unchanged', 'changed', ...ends];
    expect(await differences(grown)).toEqual(grew);
    expect(await differences(found, 'another')).toEqual([...Array(5).fill('changed'), ...ends]);
    // A place that is named twice, by its own id and by another, is two items.
    expect(await differences([...found, file(odd, { externalId: 'Q9' })])).toEqual([
      ...Array(5).fill('unchanged'),
      ...ends,
      'new',
    ]);
    // Half a surrogate pair, as an escape of JSON can name one, is what no database stores.
    const [halved] = await compare([file(`${odd}\ud800`)]);
    expect(halved?.difference).toBe('new');
  });

  test('a place named with and without an own id is two items, whichever was known', async () => {
    const bare = file('two/bare');
    await scan([bare]);
    const both = await scan([file('two/bare', { externalId: 'T1' }), bare]);
    expect(both.queued).toHaveLength(2);
    expect(await scan([bare, file('two/bare', { externalId: 'T1' })])).toMatchObject({ conflicts: [] });
    const owned = file('two/owned', { externalId: 'T2' });
    const [id = 0] = (await scan([owned])).queued;
    await index(id, 'two'.padEnd(22, 'x'), 't');
    const again = await scan([file('two/owned'), owned]);
    expect(again).toMatchObject({ queued: [expect.any(Number)], unchanged: 1 });
    // The id goes elsewhere, its place keeps what else is named there.
    const moved = await scan([file('two/owned'), file('two/elsewhere', { externalId: 'T2' })]);
    expect(new Set(moved.queued).size).toBe(2);
    expect((await get().getItem(id))?.path).toBe('two/elsewhere');
  });

  test('what a source names no more: moved, gone, and the tracks that pruning removes', async () => {
    const scope: SourceScope = { source: 'prune.csv' };
    const first = await scan(
      [
        file('prune/kept'),
        file('prune/lost', { size: 7 }),
        file('prune/moving', { size: 9, modifiedMs: 77 }),
        file('prune/copy'),
      ],
      'prune.csv',
    );
    for (const [i, id] of first.queued.entries()) await index(id, `prune${i % 3}`.padEnd(22, 'x'), 't');
    const { run } = await scan(
      [file('prune/kept'), file('prune/moved', { size: 9, modifiedMs: 77 })],
      'prune.csv',
    );
    const where = { catalogue: CATALOGUE, scope };
    expect(await get().countKnown(where)).toBe(5);
    expect(await get().knownItems({ ...where, after: first.queued[2] ?? 0, limit: 1 })).toEqual([
      expect.objectContaining({ path: 'prune/copy', root: 'ledger', size: 100, modifiedMs: 5 }),
    ]);
    expect(await get().countUnseen({ runId: run.id, ...where })).toEqual({ unseen: 3, moved: 1 });
    const isInScope = async () =>
      (
        await get().compareFound({
          ...where,
          space: SPACE,
          found: [file('prune/kept'), file('prune/lost', { size: 7 }), file('prune/never'), file('cmp/same')],
        })
      ).map((compared) => compared.isInScope);
    expect(await isInScope()).toEqual([true, true, false, false]);
    const gone = await get().recordGone({ runId: run.id, ...where });
    expect(gone.items).toBe(3);
    expect(await isInScope()).toEqual([true, false, false, false]);
    // The copy's track is held by the file that stayed.
    expect((await get().goneTracks({ ...where, limit: 10 })).sort()).toEqual([
      'prune1'.padEnd(22, 'x'),
      'prune2'.padEnd(22, 'x'),
    ]);
    await get().removeTracks(['prune1'.padEnd(22, 'x'), 'prune2'.padEnd(22, 'x')]);
    expect(await get().goneTracks({ ...where, limit: 10 })).toEqual([]);
  });
};
