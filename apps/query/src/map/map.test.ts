import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOut } from './lay-out.ts';
import { readVectors } from './read-vectors.ts';
import { readMap, writeMap } from './stored-map.ts';

const DIMENSION = 16;

/** Rows around three far corners, one after the other: row `i` belongs to corner `i % 3`. */
const corners = (count: number) => {
  const vectors = new Float32Array(count * DIMENSION);
  for (let row = 0; row < count; row++) {
    for (let axis = 0; axis < DIMENSION; axis++)
      vectors[row * DIMENSION + axis] =
        (axis === row % 3 ? 1 : 0) + Math.sin(row * 12.9 + axis * 78.2) * 0.05;
  }
  return { vectors, count, dimension: DIMENSION };
};

const distance = (points: Float32Array, one: number, other: number): number =>
  Math.hypot(
    (points[one * 2] ?? 0) - (points[other * 2] ?? 0),
    (points[one * 2 + 1] ?? 0) - (points[other * 2 + 1] ?? 0),
  );

describe('layOut', () => {
  test('keeps what is alike together, within -1..1, and repeats itself', () => {
    const points = layOut(corners(90));
    expect(points).toHaveLength(180);
    expect(Math.max(...points.map(Math.abs))).toBeCloseTo(1, 4);
    let [same, others] = [0, 0];
    for (let row = 3; row < 90; row++) {
      same += distance(points, row, row % 3);
      others += distance(points, row, (row + 1) % 3);
    }
    expect(same).toBeLessThan(others / 2);
    expect(layOut(corners(90))).toEqual(points);
  });

  test.each([0, 1, 2, 3, 4])('takes %i tracks', (count) => {
    const points = layOut(corners(count));
    expect(points).toHaveLength(count * 2);
    expect(points.every((value) => Number.isFinite(value) && Math.abs(value) <= 1)).toBe(true);
  });
});

test('a catalogue beyond the most points is drawn from evenly, in bounded memory', async () => {
  const ids = Array.from({ length: 2_500 }, (_, index) => `t${String(index).padStart(5, '0')}`);
  const store = {
    scanTracks: async ({ after, limit }: { after?: string | undefined; limit: number }) => {
      const from = after === undefined ? 0 : ids.indexOf(after) + 1;
      return ids.slice(from, from + limit).map((trackId) => ({
        trackId,
        content8: '',
        clipCount: 1,
        fields: { artist: '', album: '', genre: '', tags: [], year: 0, duration: 0 },
        vector: Float32Array.of(ids.indexOf(trackId)),
      }));
    },
  };
  const { trackIds, vectors } = await readVectors(store, new AbortController().signal, 500);
  expect(new Set(trackIds).size).toBe(500);
  expect(trackIds.map((trackId) => ids.indexOf(trackId))).toEqual(Array.from(vectors));
  const late = trackIds.filter((trackId) => ids.indexOf(trackId) >= 1_250).length;
  expect(late).toBeGreaterThan(200);
  expect(late).toBeLessThan(300);
});

test('a map is read back as written; a broken file is no map', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-map-'));
  try {
    const map = {
      version: 1 as const,
      space: 'ab',
      tracks: 1,
      madeAt: 5,
      tookMs: 1,
      trackIds: ['x'],
      positions: [0.5, -0.25],
    };
    await writeMap(folder, map);
    expect(await readMap(folder, 'ab')).toEqual(map);
    await writeFile(join(folder, 'ab.json'), '{"version":1');
    expect(await readMap(folder, 'ab')).toBeUndefined();
    expect(await readMap(folder, 'none')).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});
