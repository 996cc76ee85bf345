import type { Catalogue } from './catalogue.ts';
import { CATALOGUE, createLedgerSteps, file, SOURCE } from './ledger.fixture.ts';

/** What operators are told: attempts, failures, activity, copies, answers kept. */
export const describeHistory = (get: () => Catalogue): void => {
  const { scan, index } = createLedgerSteps(get);

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

  test('a run says how many of its items a later one took over while it was at work', async () => {
    const places = ['done', 'waits', 'own'].map((name) => file(`over/${name}`));
    const first = await scan(places, '/over');
    await index(first.queued[0] ?? 0, 'over'.padEnd(22, 'x'), 't');
    await get().setRunState(first.run.id, 'running');
    const second = await scan(places.slice(0, 2), 'over.m3u8');
    expect(await get().runCounts(first.run.id)).toMatchObject({ total: 1, queued: 1, handedOver: 2 });
    expect(await get().runCounts(second.run.id)).toMatchObject({ total: 2, queued: 1, handedOver: 0 });
    await get().setRunState(first.run.id, 'done');
    await scan(places.slice(2), 'over.m3u8');
    expect(await get().runCounts(first.run.id)).toMatchObject({ total: 1, handedOver: 2 });
  });

  test('a run has work while an item of it waits or is worked on', async () => {
    const { run, queued } = await scan([file('work/1'), file('work/2')], '/work');
    const [one = 0, two = 0] = queued;
    expect(await get().hasWork(run.id)).toBe(true);
    await index(one, 'work'.padEnd(22, 'x'), 't');
    await get().startItem(two, 'w:1');
    expect(await get().hasWork(run.id)).toBe(true);
    await get().failItem({ itemId: two, worker: 'w:1', code: 'AUDIO_SILENT', message: 'm', retry: false });
    expect(await get().hasWork(run.id)).toBe(false);
    expect(await get().hasWork(987_654)).toBe(false);
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
