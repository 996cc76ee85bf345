import { openQueue } from '@soundalike/queue';
import type { VectorStore } from '@soundalike/store';
import { temporaryFolder } from '@soundalike/testing';
import { type FilledSpace, fillSpace, SPACE } from '../filled-spaces.fixture.ts';
import { createTally } from './finding.ts';
import { openStored } from './open-stored.ts';
import { repairSpace } from './repair-space.ts';
import { verifySpace } from './verify-space.ts';

const signal = new AbortController().signal;
const TRANSFORM = { mean: new Float32Array(512) };

const verify = async ({ catalogue, vectors, store }: FilledSpace) => {
  const tally = createTally();
  const verified = await verifySpace({
    catalogue,
    vectors,
    store,
    signal,
    onFinding: async (kind, ids) => tally.add(kind, ids),
  });
  return { ...verified, findings: Object.fromEntries(tally.list().map(({ kind, count }) => [kind, count])) };
};

const repair = async ({ catalogue, vectors, store }: FilledSpace) =>
  repairSpace({
    catalogue,
    vectors,
    store,
    signal,
    queue: await openQueue({ url: 'database:', catalogue, worker: 'w' }),
    catalogueName: 'default',
    state: 'live',
    audio: undefined,
  });

const giveSignatures = async ({ catalogue, raws }: FilledSpace) => {
  for (const contentId of raws.keys()) await catalogue.putSignature(contentId, new Uint8Array(3));
};

/** Rows as the fixture wrote them, to write them wrongly. */
const rowsOf = async (store: VectorStore, trackId: string) => {
  const track = (await store.getTracks([trackId])).get(trackId);
  const clips = (await store.clipsOf([trackId])).get(trackId)?.clips;
  if (!track || !clips) throw new Error(`${trackId} is not there`);
  return { track, clips };
};

describe.each([
  ['memory', () => 'memory:'],
  ['LanceDB', () => `lancedb:${temporaryFolder('verify')}`],
])('database and %s', (_name, url) => {
  test('agree after an ingest', async () => {
    const filled = await fillSpace({ tracks: 8, clips: 3, transform: TRANSFORM, url: url() });
    await giveSignatures(filled);
    expect(await verify(filled)).toEqual({ tracks: 8, storedTracks: 8, storedClips: 24, findings: {} });
    expect(await repair(filled)).toMatchObject({ findings: [], repairs: [], run: undefined });
  }, 60_000);

  test('every kind of fault is found and named, mended or queued, and then gone', async () => {
    const filled = await fillSpace({ tracks: 9, clips: 3, transform: TRANSFORM, url: url() });
    const { catalogue, store, raws } = filled;
    await giveSignatures(filled);
    const [lost, stale, short, edited, forgotten, unlisted] = [...raws.keys()] as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    await store.removeTracks([lost]);
    const { track, clips } = await rowsOf(store, stale);
    await store.upsertTrack({ ...track, content8: 'olderone' }, clips);
    const cut = await rowsOf(store, short);
    await store.upsertTrack({ ...cut.track, clipCount: 2 }, cut.clips.slice(0, 2));
    const wrong = await rowsOf(store, edited);
    await store.updateFields(edited, { ...wrong.track.fields, artist: 'someone else' });
    await store.upsertTrack({ ...wrong.track, trackId: 'nobodys' }, wrong.clips);
    await catalogue.removeTracks([forgotten]);
    await catalogue.removeFromSpace(SPACE, [unlisted]);

    expect((await verify(filled)).findings).toEqual({
      'missing-track': 1,
      'stale-track': 1,
      'missing-clips': 1,
      'wrong-fields': 1,
      // The row of nobody, and that of a track removed from the database alone.
      'unknown-track': 2,
      'stray-clips': 2,
      'unlisted-track': 1,
    });

    const { findings, repairs, run } = await repair(filled);
    expect(findings.map(({ kind }) => kind).sort()).toEqual([
      'missing-clips',
      'missing-track',
      'stale-track',
      'unknown-track',
      'unlisted-track',
      'wrong-fields',
    ]);
    const did = Object.fromEntries(repairs.map(({ kind, did: what, count }) => [`${kind} ${what}`, count]));
    expect(did).toEqual({
      'unknown-track removed': 2,
      'unlisted-track queued': 1,
      'missing-track queued': 1,
      'stale-track queued': 1,
      'missing-clips queued': 1,
      'wrong-fields rewritten': 1,
    });
    expect(await catalogue.runCounts(run as number)).toMatchObject({ queued: 4 });
    expect((await rowsOf(store, edited)).track.fields).toEqual(wrong.track.fields);
    // What is queued is not there yet, and nothing else is wrong any more.
    expect((await repair(filled)).repairs).toMatchObject([{ kind: 'unlisted-track', did: 'left', count: 4 }]);
    expect((await verify(filled)).findings).toEqual({ 'unlisted-track': 4 });
  }, 60_000);

  test('rows that may be those of items in hand are left alone', async () => {
    const filled = await fillSpace({ tracks: 2, clips: 2, transform: TRANSFORM, url: url() });
    await giveSignatures(filled);
    const [id = ''] = filled.raws.keys();
    const { track, clips } = await rowsOf(filled.store, id);
    await filled.store.upsertTrack({ ...track, trackId: 'comingin' }, clips);
    const run = await filled.catalogue.createRun({ catalogue: 'default', source: 'x' });
    const [item] = await filled.catalogue.queueTracks([id], run.id);
    await filled.catalogue.startItem(item?.itemId ?? 0, 'w');
    expect((await repair(filled)).repairs).toMatchObject([
      { kind: 'unknown-track', did: 'left', count: 1 },
      { kind: 'stray-clips', did: 'left', count: 1 },
    ]);
    expect((await filled.store.getTracks(['comingin'])).size).toBe(1);
  }, 60_000);

  test('every track is missing where the vectors are gone, and verifying makes none', async () => {
    const filled = await fillSpace({ tracks: 3, clips: 2, transform: TRANSFORM, url: url() });
    await giveSignatures(filled);
    await filled.vectors.dropSpace(SPACE);
    const store = await openStored(filled.vectors, SPACE);
    expect(await verify({ ...filled, store })).toEqual({
      tracks: 3,
      storedTracks: 0,
      storedClips: 0,
      findings: { 'missing-track': 3 },
    });
    expect(await filled.vectors.listSpaces()).toEqual([]);
  }, 60_000);

  test('missing signatures are counted', async () => {
    const filled = await fillSpace({ tracks: 3, clips: 2, transform: TRANSFORM, url: url() });
    expect((await verify(filled)).findings).toEqual({ 'missing-signature': 3 });
    expect((await repair(filled)).repairs).toMatchObject([
      { kind: 'missing-signature', did: 'left', count: 3 },
    ]);
  }, 60_000);
});
