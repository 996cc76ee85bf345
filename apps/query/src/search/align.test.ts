import type { ClipRow } from '@soundalike/store';
import { bestAlignment, dot, similarityMatrix } from './align.ts';
import type { QuerySeed } from './seed-windows.ts';

const HOP_MS = 669.5;
const CLIP_MS = 2678;
const DIMENSION = 8;

/** Numbers in -1..1, the same on each run. */
const numbers = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
};

const unit = (random: () => number): Float32Array => {
  const vector = Float32Array.from({ length: DIMENSION }, random);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
};

const clipsAt = (starts: readonly number[], random: () => number): ClipRow[] =>
  starts.map((startMs) => ({ startMs, scale: 1, vector: unit(random) }));

const queryOf = (windows: QuerySeed['windows'], hopMs: number): QuerySeed => ({
  windows,
  hopMs,
  durationMs: (windows.at(-1)?.startMs ?? 0) + CLIP_MS,
  weight: 1,
});

const align = (query: QuerySeed, clips: readonly ClipRow[]) =>
  bestAlignment(query, clips, similarityMatrix(query, clips));

/** The best mean over all offsets of whole milliseconds, the slow way, for a query without gaps. */
const bestOfAll = ({ windows }: QuerySeed, clips: readonly ClipRow[]): number => {
  const starts = windows.map(({ startMs }) => startMs);
  const matrix = windows.map(({ vector }) => clips.map((clip) => dot(vector, clip.vector)));
  const [first, last] = [starts[0] as number, starts.at(-1) as number];
  let best = -1;
  for (let offset = -last; offset <= (clips.at(-1)?.startMs ?? 0); offset++) {
    const inside = clips.flatMap(({ startMs }, clip) => {
      const at = startMs - offset;
      if (at < first || at > last) return [];
      const high = Math.max(
        1,
        starts.findIndex((start) => start >= at),
      );
      const [left, right] = [starts[high - 1] as number, starts[high] as number];
      const share = (at - left) / (right - left);
      return (matrix[high - 1]?.[clip] ?? 0) * (1 - share) + (matrix[high]?.[clip] ?? 0) * share;
    });
    if (inside.length >= 2) best = Math.max(best, inside.reduce((sum, one) => sum + one, 0) / inside.length);
  }
  return best;
};

test('cosines of any length', () => {
  expect(dot(Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6))).toBe(32);
  const random = numbers(3);
  const [a, b] = [Float32Array.from({ length: 514 }, random), Float32Array.from({ length: 514 }, random)];
  expect(dot(a, b)).toBeCloseTo(
    a.reduce((sum, value, at) => sum + value * (b[at] as number), 0),
    5,
  );
});

test('no offset of a millisecond agrees better than the one found among those of windows and clips', () => {
  for (const seed of [1, 2, 3, 4]) {
    const random = numbers(seed);
    const windows = Array.from({ length: 14 }, (_, at) => ({
      startMs: Math.round(at * HOP_MS),
      vector: unit(random),
    }));
    // The last clip ends where the track does, beside the others' grid.
    const clips = clipsAt([...Array.from({ length: 7 }, (_, at) => at * CLIP_MS), 6 * CLIP_MS + 900], random);
    const query = queryOf(windows, HOP_MS);
    expect(align(query, clips)?.similarity).toBeCloseTo(bestOfAll(query, clips), 2);
  }
});

test('a passage is found at its place', () => {
  const random = numbers(5);
  const clips = clipsAt(
    Array.from({ length: 20 }, (_, at) => at * CLIP_MS),
    random,
  );
  const windows = clips.slice(7, 12).map(({ vector }, at) => ({ startMs: at * CLIP_MS, vector }));
  const found = align(queryOf(windows, CLIP_MS), clips);
  expect(found?.similarity).toBeCloseTo(1, 5);
  expect(found?.clips).toBe(5);
  expect(Math.abs((found?.offsetMs ?? 0) - 7 * CLIP_MS)).toBeLessThan(CLIP_MS / 4);
});

test('of a query in blocks every clip that lies on a window takes part, the last of a block, too', () => {
  const clips = clipsAt(
    Array.from({ length: 30 }, (_, at) => at * CLIP_MS),
    numbers(6),
  );
  const blocks = [...clips.slice(0, 4), ...clips.slice(12, 16), ...clips.slice(26)];
  const windows = blocks.map(({ startMs, vector }) => ({ startMs, vector }));
  expect(align(queryOf(windows, CLIP_MS), clips)).toMatchObject({ clips: blocks.length });
});

test('one clip is a run only of a query that holds no two', () => {
  const random = numbers(7);
  const windows = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ startMs: Math.round(at * HOP_MS), vector: unit(random) }));
  const [clip] = [clipsAt([0], random)];
  expect(align(queryOf(windows(9), HOP_MS), clip)).toBeUndefined();
  expect(align(queryOf(windows(8), HOP_MS), clip)?.clips).toBe(1);
  expect(align(queryOf(windows(1), HOP_MS), clip)?.clips).toBe(1);
  expect(align(queryOf(windows(8), HOP_MS), [])).toBeUndefined();
});
