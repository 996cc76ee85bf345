import { connect } from '@lancedb/lancedb';
import { temporaryFolder } from '@soundalike/testing';
import { openVectorDatabase } from '../index.ts';
import { makeTrack, nearVector, randomNumbers, randomVector } from '../vector-store.fixtures.ts';
import { INDEX_ABOVE_ROWS } from './maintain-table.ts';

const CLIPS_A_TRACK = 12;
const TRACKS = Math.ceil(INDEX_ABOVE_ROWS / CLIPS_A_TRACK) + 50;

describe('LanceDB with an index', () => {
  jest.setTimeout(120_000);

  test('finds what exact search finds, with its scores, also rows written after the index was built', async () => {
    const random = randomNumbers(21);
    const folder = temporaryFolder('lancedb-index');
    const database = await openVectorDatabase(`lancedb:${folder}`);
    const store = await database.openSpace('indexed', { create: true });
    const reference = await (await openVectorDatabase('memory:')).openSpace('indexed', { create: true });
    const styles = Array.from({ length: 30 }, () => randomVector(random));
    const make = (i: number) =>
      makeTrack(`track-${i}`, {
        random,
        clipCount: CLIPS_A_TRACK,
        centre: nearVector(styles[i % 30] as Float32Array, 0.7, random),
        fields: { genre: `genre ${i % 40}` },
      });
    const fixtures = Array.from({ length: TRACKS }, (_, i) => make(i));
    const write = async (all: typeof fixtures) => {
      for (const opened of [store, reference])
        await Promise.all(all.map(({ track, clips }) => opened.upsertTrack(track, clips)));
    };
    await write(fixtures);
    await store.optimize();
    expect(await store.describeIndex()).toEqual({ clips: 'IVF_RQ', tracks: 'exact' });
    const later = Array.from({ length: 5 }, (_, i) => make(TRACKS + i));
    await write(later);

    const vectors = [...fixtures.slice(0, 30), ...later].map(({ clips }) =>
      nearVector(clips[3]?.vector as Float32Array, 0.5, random),
    );
    for (const filter of [undefined, { genre: 'genre 5' }]) {
      const found = await store.searchClips({ vectors, k: 10, filter });
      const exact = await reference.searchClips({ vectors, k: 10, filter });
      let agreed = 0;
      exact.forEach((hits, query) => {
        for (const { trackId, startMs, score } of hits) {
          const same = found[query]?.find((hit) => hit.trackId === trackId && hit.startMs === startMs);
          if (!same) continue;
          agreed++;
          expect(Math.abs(same.score - score)).toBeLessThan(1e-4);
        }
      });
      const recall = agreed / exact.flat().length;
      process.stderr.write(
        `LanceDB IVF_RQ over ${TRACKS * CLIPS_A_TRACK} clips${filter ? ', filtered' : ''}: recall@10 ${recall.toFixed(4)}\n`,
      );
      expect(recall).toBeGreaterThanOrEqual(0.95);
    }
    // Clips are looked up through a tree, those written after it was built as well.
    const indices = await (await (await connect(folder)).openTable('clips_indexed')).listIndices();
    expect(indices.map(({ columns }) => columns)).toContainEqual(['track_id']);
    const some = [...fixtures.slice(0, 9), ...later].map(({ track }) => track.trackId);
    const isLookedUp = async () => expect(await store.clipsOf(some)).toEqual(await reference.clipsOf(some));
    await isLookedUp();
    for (const opened of [store, reference]) await opened.removeTracks(some.slice(0, 3));
    await write(Array.from({ length: 6 }, (_, i) => make(i + 1)));
    await isLookedUp();
    await store.optimize();
    await isLookedUp();
    await database.close();
  });
});
