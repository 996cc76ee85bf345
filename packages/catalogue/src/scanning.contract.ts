import { hash128 } from '@soundalike/core';
import { createSteps, file, SPACE } from './catalogue.fixture.ts';
import type { Catalogue } from './catalogue.ts';

/** What a source named, recorded: what is queued, adopted, a copy or gone. */
export const describeScanning = (get: () => Catalogue): void => {
  const { scan, index } = createSteps(get);

  test('new items are queued; indexed ones are unchanged; changed, failed and forced ones are queued again', async () => {
    const first = await scan([file('s/a.mp3'), file('s/b.mp3'), file('s/c.mp3')]);
    expect(first.queued).toHaveLength(3);
    const [a = 0, b = 0, c = 0] = first.queued;
    await index(a, 'A'.repeat(22));
    await index(b, 'B'.repeat(22));
    await get().startItem(c, 'w:1');
    await get().failItem({ itemId: c, code: 'AUDIO_SILENT', message: 'silent', retry: false });
    expect(await get().runCounts(first.run.id)).toMatchObject({
      total: 3,
      queued: 0,
      active: 0,
      audioSeconds: 60,
      outcomes: { indexed: 2, failed: 1 },
    });

    const second = await scan([file('s/a.mp3'), file('s/b.mp3', { modifiedMs: 6 }), file('s/c.mp3')]);
    expect(second.unchanged).toBe(1);
    expect([...second.queued].sort()).toEqual([b, c].sort());
    expect((await get().getItem(b))?.tries).toBe(2);
    await index(b, 'B'.repeat(22));
    await index(c, 'C'.repeat(22));
    expect((await scan([file('s/a.mp3')], { force: true })).queued).toEqual([a]);
    await index(a, 'A'.repeat(22));
    expect((await scan([file('s/a.mp3')], { space: 'b'.repeat(16) })).queued).toEqual([a]);
    await index(a, 'A'.repeat(22));
  });

  test('several that record the same places at once record them once', async () => {
    const places = Array.from({ length: 300 }, (_, i) => file(`together/${i}.mp3`));
    const scans = await Promise.all(Array.from({ length: 6 }, () => scan(places)));
    const ids = new Set(scans.flatMap(({ queued }) => queued));
    expect(ids.size).toBe(300);
    for (const id of ids) await index(id, `${id}`.padEnd(22, 't'));
  });

  test('items on the way are adopted by a new run without a new try', async () => {
    const first = await scan([file('adopt.mp3')]);
    const second = await scan([file('adopt.mp3')]);
    expect(second.queued).toEqual(first.queued);
    expect(await get().getItem(first.queued[0] ?? 0)).toMatchObject({
      tries: 1,
      runId: second.run.id,
      outcome: null,
    });
    await index(first.queued[0] ?? 0, 'D'.repeat(22));
  });

  test('what cannot be used ends as failed at once, whatever was known of its place', async () => {
    const places = ['new', 'waiting', 'active', 'indexed'].map((name) => `unusable/${name}.mp3`);
    const { queued } = await scan(places.slice(1).map((path) => file(path)));
    const [, active = 0, indexed = 0] = queued;
    await get().startItem(active, 'w:1');
    await index(indexed, 'U'.repeat(22));
    const problem = { code: 'SOURCE_FORBIDDEN', message: 'may not be read', detail: 'EACCES' };
    const unusable = places.map((path) => file(path, { size: null, modifiedMs: null, problem }));
    const refused = await scan(unusable);
    expect(refused).toMatchObject({ queued: [], unchanged: 0 });
    const items = await get().listItems({ state: 'failed', runId: refused.run.id, limit: 9 });
    expect(items.map(({ path }) => path).sort()).toEqual([...places].sort());
    for (const item of items)
      expect(item).toMatchObject({
        outcome: 'failed',
        errorCode: 'SOURCE_FORBIDDEN',
        errorMessage: 'may not be read',
        errorDetail: 'EACCES',
        finishedAt: expect.any(Number),
      });
    expect(await get().runCounts(refused.run.id)).toMatchObject({ total: 4, outcomes: { failed: 4 } });
    const [story] = await get().attemptsOf(active);
    expect(story).toMatchObject({ worker: 'w:1', outcome: 'failed', code: 'SOURCE_FORBIDDEN' });
    // Found again, it is tried again.
    expect((await scan(places.map((path) => file(path)))).queued).toHaveLength(4);
    for (const { id } of items) await index(id, `${id}`.padEnd(22, 'u'));
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
    expect(await get().findTrack('SL-1')).toMatchObject({
      id: trackId,
      title: 'T',
      location: { root: 'music', path: 'own.mp3' },
    });
    expect((await scan([file('own.mp3')])).unchanged).toBe(1);
    expect((await get().getItem(id))?.externalId).toBe('SL-1');
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
    expect(await get().updateTrackMetadata(id)).toMatchObject({ title: 'new' });
    expect(await get().findTrack('M'.repeat(22))).toMatchObject({ title: 'new' });
  });

  test('the same content elsewhere is a duplicate whose place is attached; changed content leaves an orphan', async () => {
    const [first = 0, second = 0] = (await scan([file('dup/1.mp3'), file('dup/2.mp3')])).queued;
    expect(await index(first, 'F'.repeat(22))).toMatchObject({ outcome: 'indexed' });
    expect(await index(second, 'F'.repeat(22))).toMatchObject({
      outcome: 'duplicate',
      orphanTrack: undefined,
    });
    expect(await get().locationsOf('F'.repeat(22))).toHaveLength(2);
    await scan([file('dup/1.mp3', { size: 7 })]);
    expect((await index(first, 'G'.repeat(22))).orphanTrack).toBeUndefined();
    await scan([file('dup/2.mp3', { size: 7 })]);
    expect((await index(second, 'G'.repeat(22))).orphanTrack).toBe('F'.repeat(22));
    expect(await get().findTrack('F'.repeat(22))).toBeUndefined();
  });

  test('what a scan did not see is gone, only below its prefix', async () => {
    const { queued } = await scan([file('gone/x_1.mp3'), file('gone%/y.mp3'), file('gone/z.mp3')]);
    for (const [i, id] of queued.entries()) await index(id, `${i}`.repeat(22));
    const { run } = await scan([file('gone/z.mp3')]);
    const gone = await get().recordGone({
      runId: run.id,
      catalogue: 'default',
      scope: { places: [{ root: 'music', prefix: 'gone/' }] },
    });
    expect(gone).toEqual({ items: 1, orphanTracks: ['0'.repeat(22)], promoted: [] });
    expect((await get().runCounts(run.id)).outcomes).toMatchObject({ gone: 1, unchanged: 1 });
  });

  test('a scope holds every name below its prefix, and a comparison says the same of each', async () => {
    const where = { catalogue: 'default', scope: { places: [{ root: 'every', prefix: 'in/' }] } };
    const below = ['in/ ', 'in/~', 'in/é', 'in/\uffee', 'in/😀/a.mp3', 'in/\u{10fffd}'];
    const found = [...below, 'in', 'in.mp3', 'in0', 'io/a.mp3'].map((path) => file(path, { root: 'every' }));
    await scan(found);
    expect(await get().countKnown(where)).toBe(below.length);
    const compared = await get().compareFound({ ...where, space: SPACE, found });
    expect(compared.map(({ isInScope }) => isInScope)).toEqual(found.map((_, at) => at < below.length));
    const { run } = await scan([]);
    expect(await get().recordGone({ ...where, runId: run.id })).toMatchObject({ items: below.length });
    await get().recordGone({ ...where, runId: run.id, scope: { places: [{ root: 'every', prefix: '' }] } });
  });
};
