import { setTimeout as sleep } from 'node:timers/promises';
import { type Service, startMilvusEngine } from '@soundalike/testing';
import { type ClipHit, openVectorDatabase, type VectorDatabase, type VectorStore } from '../index.ts';
import {
  makeTrack,
  nearVector,
  randomNumbers,
  randomVector,
  type TrackFixture,
} from '../vector-store.fixtures.ts';

/** Clips of the catalogue: 1,700 tracks of 12, styles of 20 neighbouring tracks. */
const TRACKS = 1_700;
const CLIPS_A_TRACK = 12;
const STYLES = 85;

/** Tracks in flight, as a worker has them. */
const WRITERS = 64;

describe('Milvus engine with more than 20,000 clips', () => {
  jest.setTimeout(600_000);
  let service: Service;
  let database: VectorDatabase;
  let store: VectorStore;
  let reference: VectorStore;
  const fixtures: TrackFixture[] = [];
  const random = randomNumbers(42);

  beforeAll(async () => {
    service = await startMilvusEngine();
    database = await openVectorDatabase(service.url);
    store = await database.openSpace('large', { create: true });
    reference = await (await openVectorDatabase('memory:')).openSpace('large', { create: true });
    const styles = Array.from({ length: STYLES }, () => randomVector(random));
    for (let i = 0; i < TRACKS; i++) {
      const centre = nearVector(styles[i % STYLES] as Float32Array, 0.7, random);
      const fields = { artist: `artist ${i % 97}` };
      fixtures.push(makeTrack(`track-${i}`, { random, clipCount: CLIPS_A_TRACK, centre, fields }));
    }
  }, 300_000);
  afterAll(async () => {
    await database?.close();
    await service?.stop();
  });

  test('takes them in, and builds HNSW over all of them by its own account', async () => {
    const since = Date.now();
    let next = 0;
    const write = async () => {
      for (let at = next++; at < fixtures.length; at = next++) {
        const { track, clips } = fixtures[at] as TrackFixture;
        await store.upsertTrack(track, clips);
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    const written = Date.now();
    // Rows that no index covers yet, and a filter that one in a hundred passes.
    const some = fixtures.slice(0, 8).map(({ track }) => track.vector);
    const filter = { artist: 'artist 5' };
    for (const hits of await store.searchClips({ vectors: some, k: 100, filter, consistency: 'strong' }))
      expect(hits).toHaveLength(100);
    await store.optimize();
    expect(await store.counts()).toEqual({ tracks: TRACKS, clips: TRACKS * CLIPS_A_TRACK });
    expect(await store.describeIndex()).toEqual({ clips: 'HNSW', tracks: 'HNSW' });
    // So that what follows is answered by HNSW, not by the interim index of growing data.
    await store.settled();
    process.stderr.write(
      `${TRACKS * CLIPS_A_TRACK} clips written in ${written - since} ms, indexed in ${Date.now() - written} ms\n`,
    );
    for (const { track, clips } of fixtures) await reference.upsertTrack(track, clips);
  });

  test('answers as exact search does, up to the recall it has, with the same scores', async () => {
    const vectors = Array.from({ length: 64 }, (_, i) =>
      nearVector(fixtures[i * 26]?.clips[i % CLIPS_A_TRACK]?.vector as Float32Array, 0.5, random),
    );
    const since = Date.now();
    const found = await store.searchClips({ vectors, k: 10 });
    const tookMs = Date.now() - since;
    const exact = await reference.searchClips({ vectors, k: 10 });
    const scores = new Map<string, number>();
    exact.forEach((hits, query) => {
      for (const { trackId, startMs, score } of hits) scores.set(`${query} ${trackId} ${startMs}`, score);
    });
    const filter = { artist: ['artist 5', 'artist 6'] };
    const strict = await store.searchClips({ vectors, k: 10, filter });
    const strictExact = await reference.searchClips({ vectors, k: 10, filter });
    expect(recallOf(strict, strictExact)).toBeGreaterThanOrEqual(0.95);
    let agreed = 0;
    let furthest = 0;
    found.forEach((hits, query) => {
      expect(hits).toHaveLength(10);
      for (const { trackId, startMs, score } of hits) {
        const expected = scores.get(`${query} ${trackId} ${startMs}`);
        if (expected === undefined) continue;
        agreed++;
        furthest = Math.max(furthest, Math.abs(score - expected));
      }
    });
    const recall = agreed / scores.size;
    process.stderr.write(
      `Milvus HNSW: recall@10 ${recall.toFixed(4)} over ${vectors.length} vectors in ${tookMs} ms, scores within ${furthest.toExponential(1)}\n`,
    );
    expect(recall).toBeGreaterThanOrEqual(0.95);
    expect(furthest).toBeLessThan(1e-4);
  });

  test('keeps what it acknowledged through kill -9, and the same client goes on', async () => {
    const before = makeTrack('before', { random });
    const after = makeTrack('after', { random });
    await store.upsertTrack(before.track, before.clips);
    await service.kill();
    await expect(database.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    await service.restart();
    for (const deadline = Date.now() + 180_000; ; await sleep(500)) {
      try {
        await store.upsertTrack(after.track, after.clips);
        break;
      } catch (error) {
        expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
        if (Date.now() > deadline) throw error;
      }
    }
    const clips = await store.clipsOf(['before', 'after'], { consistency: 'strong' });
    expect(clips.get('before')?.clips).toEqual(before.clips);
    expect(clips.get('after')?.clips).toEqual(after.clips);
    expect(await store.counts()).toEqual({ tracks: TRACKS + 2, clips: TRACKS * CLIPS_A_TRACK + 6 });
  });
});

/** Share of the expected hits that were found. */
const recallOf = (found: ClipHit[][], expected: ClipHit[][]): number => {
  const idsOf = (hits: ClipHit[][]) =>
    hits.flatMap((list, query) => list.map(({ trackId, startMs }) => `${query} ${trackId} ${startMs}`));
  const ids = new Set(idsOf(found));
  const wanted = idsOf(expected);
  return wanted.filter((id) => ids.has(id)).length / wanted.length;
};
