import { SPACE } from './catalogue.fixture.ts';
import type { Catalogue, SourceScope } from './catalogue.ts';
import { CATALOGUE, createLedgerSteps, file, TRACK } from './ledger.fixture.ts';

/** Whose an item is where sources and runs overlap, and which of several copies a track is made of (decision 0045). */
export const describeOwnership = (get: () => Catalogue): void => {
  const { scan, index } = createLedgerSteps(get);

  test('a file with several own ids is there as long as its folder has it', async () => {
    const named = ['T1', 'T2'].map((externalId) => file('twins/a.mp3', { externalId }));
    const { queued } = await scan([...named, file('twins/b.mp3')], 'twins.csv');
    for (const id of queued) await index(id, `twins${id}`.padEnd(22, 'x'), 't');
    const scope: SourceScope = { places: [{ root: 'ledger', prefix: 'twins/' }] };
    const where = { catalogue: CATALOGUE, scope };
    const { run } = await scan([file('twins/a.mp3')], '/music/twins');
    expect(await get().countUnseen({ runId: run.id, ...where })).toEqual({ unseen: 1, moved: 0 });
    expect((await get().recordGone({ runId: run.id, ...where })).items).toBe(1);
    const { run: later } = await scan([], '/music/twins');
    expect((await get().recordGone({ runId: later.id, ...where })).items).toBe(2);
  });

  test('what one list drops is not gone while another names it', async () => {
    const scopeOf = (source: string) => ({ catalogue: CATALOGUE, scope: { source } });
    const place = (name: string) => file(`lists/${name}`, { size: 3 });
    const name = async (source: string, names: readonly string[]) => {
      const { run } = await scan(names.map(place), source, { speaksFor: 'list' });
      const where = { runId: run.id, ...scopeOf(source) };
      return { unseen: (await get().countUnseen(where)).unseen, gone: (await get().recordGone(where)).items };
    };
    await name('p.m3u8', ['a', 'b']);
    await name('q.m3u8', ['a', 'c']);
    expect(await get().countKnown(scopeOf('p.m3u8'))).toBe(1);
    expect(await get().countKnown({ ...scopeOf('p.m3u8'), named: true })).toBe(2);
    expect(await name('q.m3u8', ['c'])).toEqual({ unseen: 0, gone: 0 });
    expect(await get().countKnown(scopeOf('p.m3u8'))).toBe(2);
    expect(await name('p.m3u8', ['b'])).toEqual({ unseen: 1, gone: 1 });
    // A folder that was scanned before has it still, and a list that was corrected names it no more.
    await scan([place('d')], '/music/lists');
    await name('q.m3u8', ['c', 'd']);
    expect(await name('q.m3u8', ['c'])).toEqual({ unseen: 0, gone: 0 });
    await name('p.m3u8', ['b', 'c']);
    await name('q.m3u8', []);
    expect(await name('p.m3u8', ['b'])).toEqual({ unseen: 1, gone: 1 });
  });

  test('a list names what another has under an own id, and keeps it when that one drops it', async () => {
    const own = file('owned/a.mp3', { externalId: 'OWN-1' });
    await scan([own], 'label.csv', { speaksFor: 'list' });
    await scan([file('owned/a.mp3')], 'play.m3u8', { speaksFor: 'list' });
    const { run } = await scan([], 'label.csv', { speaksFor: 'list' });
    const where = { runId: run.id, catalogue: CATALOGUE, scope: { source: 'label.csv' } };
    expect((await get().recordGone(where)).items).toBe(0);
    expect((await get().findItem('OWN-1'))?.source).toBe('play.m3u8');
  });

  test('the oldest copy takes the place of an item that is gone or became something else', async () => {
    const content = 'copies'.padEnd(22, 'x');
    const names = ['one', 'two', 'three'].map((name) =>
      file(`copies/${name}`, { metadata: { title: name } }),
    );
    const { queued } = await scan(names, '/copies');
    const [one = 0, two = 0, three = 0] = queued;
    for (const id of queued) await index(id, content, 'tag');
    const { run } = await scan(names.slice(1), '/copies');
    const scope: SourceScope = { places: [{ root: 'ledger', prefix: 'copies/' }] };
    const gone = await get().recordGone({ runId: run.id, catalogue: CATALOGUE, scope });
    expect(gone).toEqual({ items: 1, orphanTracks: [], promoted: [two] });
    expect((await get().getItem(one))?.state).toBe('gone');
    expect((await get().getItem(two))?.state).toBe('indexed');
    const location = { root: 'ledger', path: 'copies/two' };
    expect(await get().updateTrackMetadata(two)).toMatchObject({ title: 'two', location });
    await scan([file('copies/two', { size: 1 }), ...names.slice(2)], '/copies');
    expect(await index(two, 'copies-2'.padEnd(22, 'x'), 'tag')).toMatchObject({ promoted: [three] });
    expect((await get().findTrack(content))?.location.path).toBe('copies/three');
  });

  test('a copy that is embedded anew says how far, and leaves the words to the first', async () => {
    const content = 'extent'.padEnd(22, 'x');
    const { queued } = await scan([file('extent/a'), file('extent/b')]);
    for (const id of queued) await index(id, content, 'first');
    const [, copy = 0] = queued;
    await scan([file('extent/b', { size: 1 })]);
    await get().startItem(copy, 'w:1');
    const track = { ...TRACK, id: content, contentId: content, clipCount: 2, coverage: 'sampled:2' };
    const end = { itemId: copy, contentId: content, timings: {}, audioSeconds: 9 };
    await get().finishItem({ ...end, track: { ...track, title: 'second' } });
    expect(await get().findTrack(content)).toMatchObject({
      clipCount: 2,
      coverage: 'sampled:2',
      title: 'first',
    });
  });

  test('an earlier run that comes to an item later does not take it back, nor makes it look gone', async () => {
    const early = await get().createRun({ catalogue: CATALOGUE, source: '/early' });
    const { run: late, queued } = await scan([file('early/a')], '/late');
    const again = await get().recordFound({
      runId: early.id,
      catalogue: CATALOGUE,
      space: SPACE,
      found: [file('early/a')],
      source: '/early',
      speaksFor: 'places',
    });
    expect(again.queued).toEqual(queued);
    expect((await get().getItem(queued[0] ?? 0))?.runId).toBe(late.id);
    expect(await get().runCounts(early.id)).toMatchObject({ total: 0, handedOver: 1 });
    const scope: SourceScope = { places: [{ root: 'ledger', prefix: 'early/' }] };
    for (const runId of [late.id, early.id])
      expect(await get().recordGone({ runId, catalogue: CATALOGUE, scope })).toMatchObject({ items: 0 });
  });

  test('an own id that its list dropped is not revived by a folder that has the file', async () => {
    await scan([file('dropped/a', { externalId: 'D1' })], 'dropped.csv', { speaksFor: 'list' });
    const { run } = await scan([], 'dropped.csv', { speaksFor: 'list' });
    await get().recordGone({ runId: run.id, catalogue: CATALOGUE, scope: { source: 'dropped.csv' } });
    const { queued } = await scan([file('dropped/a')], '/dropped');
    expect(await get().getItem(queued[0] ?? 0)).toMatchObject({ externalId: null, source: '/dropped' });
    expect(await scan([file('dropped/a')], '/dropped')).toMatchObject({ queued });
  });

  test('an item that moved is named by nobody who named its old place', async () => {
    const moving = (path: string) => file(path, { externalId: 'MV1' });
    await scan([file('moving/a')], '/moving');
    await scan([moving('moving/a')], 'moving.csv', { speaksFor: 'list' });
    await scan([moving('elsewhere/b')], 'moving.csv', { speaksFor: 'list' });
    const { run } = await scan([], 'moving.csv', { speaksFor: 'list' });
    const where = { runId: run.id, catalogue: CATALOGUE, scope: { source: 'moving.csv' } };
    expect((await get().recordGone(where)).items).toBe(1);
  });

  test('what names one file takes it from no list', async () => {
    await scan([file('single/a')], 'single.m3u8', { speaksFor: 'list' });
    await scan([file('single/a', { size: 1 })], '/single/a', {});
    const [item] = await get().listItems({ source: 'single.m3u8', limit: 2 });
    expect(item).toMatchObject({ path: 'single/a', size: 1 });
  });

  test('a file that a manifest named as part of the folder around it is there by its name in the inner one', async () => {
    const outer = file('inner/a', { externalId: 'AL1', root: 'around' });
    await scan([outer, file('inner/b', { root: 'around' })], 'around.csv', { speaksFor: 'list' });
    const { run } = await scan([file('a', { root: 'inside' })], '/around');
    const alias = { root: 'around', prefix: 'inner/' };
    const places = [
      { root: 'around', prefix: '' },
      { root: 'inside', prefix: '', alias },
    ];
    expect(await get().recordGone({ runId: run.id, catalogue: CATALOGUE, scope: { places } })).toMatchObject({
      items: 1,
    });
    expect((await get().findItem('AL1'))?.state).toBe('queued');
  });

  test('a copy takes over where the first file fails, and keeps its words to itself before', async () => {
    const content = 'takeover'.padEnd(22, 'x');
    const named = (name: string, title: string) => file(`takeover/${name}`, { metadata: { title } });
    const { queued } = await scan([named('a', 'First'), named('b', 'Second')]);
    const [first = 0, copy = 0] = queued;
    for (const id of queued) await index(id, content, 'tag');
    expect(await scan([named('b', 'Edited')])).toMatchObject({ metadataChanged: [copy] });
    expect(await get().updateTrackMetadata(copy)).toBeUndefined();
    await scan([file('takeover/a', { size: 1 })]);
    await get().startItem(first, 'w:1');
    const failed = { itemId: first, worker: 'w:1', code: 'AUDIO_UNDECODABLE', message: 'm', retry: false };
    expect(await get().failItem(failed)).toEqual({ promoted: [copy] });
    expect(await get().updateTrackMetadata(copy)).toMatchObject({
      title: 'Edited',
      location: { path: 'takeover/b' },
    });
  });

  test('of copies that end at once one is what the track is made of', async () => {
    const { queued } = await scan(Array.from({ length: 40 }, (_, i) => file(`at-once/${i}`)));
    for (const id of queued) await get().startItem(id, 'w:1');
    const contentOf = (at: number) => `at-once-${at >> 1}`.padEnd(22, 'x');
    const ends = await Promise.all(
      queued.map((itemId, at) => {
        const track = { ...TRACK, id: contentOf(at), contentId: contentOf(at) };
        return get().finishItem({ itemId, track, contentId: contentOf(at), timings: {}, audioSeconds: 1 });
      }),
    );
    expect(ends.filter(({ outcome }) => outcome === 'indexed')).toHaveLength(20);
  });
};
