import type { Filter, FilterFields } from '@soundalike/core';
import { byClipId, makeTrack, randomNumbers, type TrackFixture, upsert } from './vector-store.fixtures.ts';
import type { VectorStore } from './vector-store.ts';

/** What is written, again, anew, at once and wrongly, and what is read of it. */
export const describeWriting = (freshSpace: () => Promise<VectorStore>): void => {
  const startsOf = async (store: VectorStore, trackId: string) =>
    (await store.clipsOf([trackId], { consistency: 'strong' }))
      .get(trackId)
      ?.clips.map(({ startMs }) => startMs);

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
      () => store.searchClips({ vectors: [good.track.vector], k: 1, filter: { year: { from: Number.NaN } } }),
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
};
