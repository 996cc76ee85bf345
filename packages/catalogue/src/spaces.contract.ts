import { createSteps, file, SPACE } from './catalogue.fixture.ts';
import type { Catalogue } from './catalogue.ts';

/** The live space and those beside it. */
export const describeSpaces = (get: () => Catalogue): void => {
  const { scan, index } = createSteps(get);

  test('one pointer names the live space', async () => {
    expect(await get().liveSpace()).toBeUndefined();
    expect(await get().ensureSpace({ name: SPACE, model: 'm', description: { hop: 1 } })).toMatchObject({
      name: SPACE,
      model: 'm',
      description: { hop: 1 },
    });
    expect((await get().ensureSpace({ name: 'b'.repeat(16), model: 'n', description: {} })).name).toBe(SPACE);
    await get().setLiveSpace('b'.repeat(16));
    expect((await get().liveSpace())?.model).toBe('n');
    await expect(get().setLiveSpace('none')).rejects.toThrow();
    await get().setLiveSpace(SPACE);
  });

  test('a space is built beside the live one, filled, promoted, gone back from and forgotten', async () => {
    const next = 'c'.repeat(16);
    const { run, queued } = await scan([file('sp/1'), file('sp/2')]);
    const tracks = [`1${'S'.repeat(21)}`, `2${'S'.repeat(21)}`];
    for (const [at, id] of tracks.entries()) await index(queued[at] ?? 0, id);
    await get().addSpace({ name: next, model: 'o', description: {} });
    await get().setSpaceRun(next, run.id);
    const standing = async (name: string) => (await get().listSpaces()).find((space) => space.name === name);
    expect(await standing(next)).toMatchObject({ state: 'building', runId: run.id });
    expect((await get().liveSpace())?.name).toBe(SPACE);

    const missing = async () =>
      (await get().missingInSpace({ space: next, from: SPACE, limit: 1000 })).filter((id) =>
        tracks.includes(id),
      );
    expect(await missing()).toEqual(tracks);
    const reasons = async () =>
      (await get().missingReasons({ space: next, from: SPACE })).filter(({ state }) => state !== null);
    expect((await reasons()).find(({ state }) => state === 'indexed')?.count).toBeGreaterThanOrEqual(2);
    const again = await get().queueTracks(tracks, run.id);
    expect(again.map(({ itemId }) => itemId).sort()).toEqual([...queued].sort());
    expect(await get().queueTracks(tracks, run.id)).toEqual([]);
    const [first = ''] = tracks;
    await get().recordInSpace({ space: next, trackId: first, contentId: first, clipCount: 21 });
    expect(await missing()).toEqual(tracks.slice(1));
    expect(await get().countTracks(next)).toBe(1);
    expect(await get().countTracks(SPACE, { atMost: 1 })).toBe(1);
    expect(await get().countTracks(undefined, { atMost: 1_000 })).toBe(await get().countTracks());
    expect(await get().trackTotals(next)).toMatchObject({ tracks: 1, clips: 21 });
    expect(await get().presenceOf(next, tracks)).toEqual(
      new Map([[first, { trackId: first, contentId: first, clipCount: 21 }]]),
    );
    expect((await get().findTrackByContent(first, next))?.id).toBe(first);
    expect(await get().findTrackByContent(tracks[1] as string, next)).toBeUndefined();
    for (const [at, id] of tracks.entries()) await index(queued[at] ?? 0, id);

    await expect(get().forgetSpace(SPACE)).rejects.toMatchObject({ code: 'SPACE_MISMATCH' });
    await get().flipLiveSpace({ from: SPACE, to: next });
    await expect(get().flipLiveSpace({ from: SPACE, to: next })).rejects.toMatchObject({
      code: 'SPACE_MISMATCH',
    });
    expect((await get().liveSpace())?.name).toBe(next);
    // What it can be narrowed by is what is in it, wherever that was indexed first.
    const artists = async (space: string) =>
      (await get().facets(space)).artists.reduce((sum, { count }) => sum + count, 0);
    expect(await artists(next)).toBeLessThanOrEqual(1);
    expect(await standing(SPACE)).toMatchObject({ state: 'kept' });
    // A scan for the new space asks again only for what is not there yet.
    const rescan = await scan([file('sp/1'), file('sp/2')], { space: next });
    expect(rescan.queued).toEqual(queued.slice(1, 2));
    await index(queued[1] ?? 0, tracks[1] as string);
    await get().flipLiveSpace({ from: next, to: SPACE });
    await get().removeFromSpace(next, [first]);
    expect(await get().tracksInSpace({ space: next, limit: 10 })).toEqual([]);
    const transform = {
      mean: new Uint8Array([1, 2, 3, 4]),
      whitening: undefined,
      calibration: { slope: 2 },
    };
    await get().putSpaceTransform(next, transform);
    await get().putSpaceTransform(next, { ...transform, mean: new Uint8Array([9, 9, 9, 9]) });
    expect(await get().getSpaceTransform(next)).toEqual(transform);
    const whitened = { ...transform, whitening: new Uint8Array([5, 6, 7, 8]) };
    await get().putSpaceTransform('d'.repeat(16), whitened);
    expect(await get().getSpaceTransform('d'.repeat(16))).toEqual(whitened);
    await get().forgetSpace(next);
    expect(await get().getSpaceTransform(next)).toBeUndefined();
    expect(await standing(next)).toBeUndefined();
  });
};
