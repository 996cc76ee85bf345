import { EMPTY_METADATA } from '@soundalike/core';
import type { Catalogue, FoundItem, SourceScope } from './catalogue.ts';

const SPACE = 'a'.repeat(16);
const CATALOGUE = 'ledger';
const SOURCE = 'ledger/export.csv';

const file = (path: string, extra: Partial<FoundItem> = {}): FoundItem => ({
  root: 'ledger',
  path,
  externalId: null,
  metadata: {},
  size: 100,
  modifiedMs: 5,
  ...extra,
});

/** The parts of the catalogue that tell operators what happened and what would: runs inside the contract's own describe. */
export const describeLedger = (get: () => Catalogue): void => {
  const scan = async (found: FoundItem[], source = SOURCE) => {
    const run = await get().createRun({ catalogue: CATALOGUE, source });
    const result = await get().recordFound({
      runId: run.id,
      catalogue: CATALOGUE,
      space: SPACE,
      found,
      source,
    });
    return { run, ...result };
  };
  const index = async (itemId: number, content: string, title: string, etag?: string) => {
    await get().startItem(itemId, 'w:1');
    await get().setStage(itemId, 'store');
    return get().finishItem({
      itemId,
      worker: 'w:1',
      contentId: content,
      timings: { decode: 5, embed: 20 },
      audioSeconds: 30,
      fileMetadata: { title },
      etag,
      track: {
        id: content,
        catalogue: CATALOGUE,
        externalId: null,
        contentId: content,
        space: SPACE,
        durationSeconds: 30,
        clipCount: 11,
        coverage: 'sampled:10',
        ...EMPTY_METADATA,
        title,
      },
    });
  };

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
    expect(await differences(grown)).toEqual([...Array(5).fill('changed'), ...ends]);
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

  test('every attempt is kept, with stage, worker and words', async () => {
    const [id = 0] = (await scan([file('story')])).queued;
    await get().startItem(id, 'w:1');
    await get().setStage(id, 'fetch');
    await get().failItem({
      itemId: id,
      worker: 'w:1',
      code: 'TIMEOUT',
      message: 'slow',
      detail: 'words',
      retry: true,
    });
    await get().startItem(id, 'w:2');
    await get().releaseItem(id, 'w:2');
    await index(id, 'story'.padEnd(22, 'x'), 'Story');
    expect(await get().attemptsOf(id)).toMatchObject([
      {
        number: 1,
        worker: 'w:1',
        outcome: 'again',
        stage: 'fetch',
        code: 'TIMEOUT',
        message: 'slow',
        detail: 'words',
      },
      { number: 2, worker: 'w:2', outcome: 'released', code: null },
      { number: 2, worker: 'w:1', outcome: 'indexed', timings: { decode: 5, embed: 20 } },
    ]);
    expect(await get().findTrack('story'.padEnd(22, 'x'))).toMatchObject({ coverage: 'sampled:10' });
    expect(await get().getItem(id)).toMatchObject({ fileMetadata: { title: 'Story' }, source: SOURCE });
  });

  test('failures are found by source and time, and tried again by the same filters', async () => {
    const before = Date.now();
    const { queued } = await scan([file('fail/1'), file('fail/2')], 's3://100%_bucket/a');
    for (const itemId of queued)
      await get().failItem({ itemId, code: 'TIMEOUT', message: 'm', retry: false });
    const source = '100%_bucket';
    expect(await get().failureGroups({ source, since: before })).toEqual([
      { code: 'TIMEOUT', count: 2, examples: ['ledger/fail/1', 'ledger/fail/2'] },
    ]);
    expect(await get().failureGroups({ source, until: before })).toEqual([]);
    expect(await get().failureGroups({ source: '100x_bucket' })).toEqual([]);
    expect(await get().listItems({ state: 'failed', source, code: 'TIMEOUT', limit: 1 })).toHaveLength(1);
    expect(await get().retryItems({ source, until: before })).toEqual({ queued: [], rowsLeft: 0 });
    expect(await get().retryItems({ source, since: before })).toEqual({
      queued: queued.map((itemId) => ({ itemId, try: 2 })),
      rowsLeft: 0,
    });
  });

  test('a row of a list that cannot be used is not tried again, and keeps what was wrong with it', async () => {
    const link = (path: string) => file(path, { root: null, size: null });
    const { queued } = await scan(
      [
        link('m.csv#row-3'),
        link('https://host/a.mp3 (id LBL-7)'),
        link('HTTPS://host/a.mp3'),
        link('s3://bucket/b.mp3'),
        file('row.mp3'),
      ],
      'rows.csv',
    );
    const rows = queued.slice(0, 2);
    const audio = queued.slice(2);
    const fail = (itemId: number, code: string) =>
      get().failItem({ itemId, code, message: `why ${itemId} failed`, retry: false });
    for (const itemId of rows) await fail(itemId, 'MANIFEST_INVALID');
    for (const itemId of audio) await fail(itemId, 'TIMEOUT');
    const retried = await get().retryItems({ source: 'rows.csv' });
    expect(retried).toEqual({ queued: audio.map((itemId) => ({ itemId, try: 2 })), rowsLeft: 2 });
    expect(await get().retryItems({ itemIds: rows })).toEqual({ queued: [], rowsLeft: 2 });
    expect(await get().listItems({ state: 'failed', source: 'rows.csv', limit: 9 })).toMatchObject(
      rows.map((id) => ({ id, errorMessage: `why ${id} failed` })),
    );
  });

  test('activity of a run: bytes and audio by format, what ended lately, stages', async () => {
    const { run, queued } = await scan(
      [
        file('act/1.WAV', { size: 10 }),
        file('act/2.wav', { size: 9_000 }),
        file('act/3.mp3', { size: 5 }),
        file('act/4', { root: null, size: null }),
        file('act/5.wav', { size: 8_000 }),
      ],
      'act',
    );
    const began = Date.now();
    const [done = 0, working = 0, , , broken = 0] = queued;
    await index(done, 'act'.padEnd(22, 'x'), 't');
    await get().startItem(working, 'w:1');
    await get().setStage(working, 'embed');
    await get().startItem(broken, 'w:1');
    await get().failItem({ itemId: broken, worker: 'w:1', code: 'AUDIO_SILENT', message: 'm', retry: false });
    const { formats, ...activity } = await get().runActivity(run.id, began);
    // Files larger than the largest that was embedded count as that large.
    expect([...formats].sort((a, b) => b.left.bytes - a.left.bytes)).toEqual([
      { ended: { items: 2, bytes: 20, audioSeconds: 30 }, left: { items: 1, bytes: 10 } },
      { ended: { items: 0, bytes: 0, audioSeconds: 0 }, left: { items: 1, bytes: 5 } },
    ]);
    const times = { startedAt: expect.any(Number), finishedAt: expect.any(Number) };
    expect(activity).toEqual({
      leftUnsized: 1,
      activeStages: { embed: 1 },
      recent: {
        ended: expect.arrayContaining([
          { ...times, audioSeconds: 30 },
          { ...times, audioSeconds: 0 },
        ]),
        stages: { decode: 5, embed: 20 },
      },
    });
    expect((await get().runActivity(run.id, Date.now() + 1000)).recent).toEqual({ ended: [], stages: {} });
  });

  test('places with the same audio are grouped, each with its own words', async () => {
    const { queued } = await scan([
      file('dup/a'),
      file('dup/b', { metadata: { artist: 'B' } }),
      file('dup/c'),
    ]);
    await index(queued[0] ?? 0, 'dup'.padEnd(22, 'x'), 'One');
    await index(queued[1] ?? 0, 'dup'.padEnd(22, 'x'), 'Two');
    await index(queued[2] ?? 0, 'single'.padEnd(22, 'x'), 'Three');
    const groups = await get().duplicateGroups({ catalogue: CATALOGUE, after: 'd', limit: 1 });
    expect(groups).toMatchObject([
      {
        evidence: 'same-content',
        key: 'dup'.padEnd(22, 'x'),
        copies: [
          { location: { root: 'ledger', path: 'dup/a' }, metadata: { title: 'One', artist: null } },
          { location: { root: 'ledger', path: 'dup/b' }, metadata: { title: 'Two', artist: 'B' } },
        ],
      },
    ]);
  });

  test('an answer is kept under its key', async () => {
    expect(await get().findAnswer('k')).toBeUndefined();
    await get().keepAnswer({ key: 'k', fingerprint: 'f', answer: '{"run":1}' });
    expect(await get().findAnswer('k')).toEqual({ fingerprint: 'f', answer: '{"run":1}' });
  });
};
