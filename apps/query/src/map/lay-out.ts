import { UMAP } from 'umap-js';

/** Neighbours that a track is kept near to, and how close points may lie: clusters hold together, yet single points can be told apart. */
const NEIGHBOURS = 15;
const MIN_DISTANCE = 0.15;

/** The same catalogue gives the same map. */
const SEED = 0x50_4e_44;

export interface LayOutInput {
  /** `count * dimension` floats, one unit vector after the other. */
  readonly vectors: Float32Array;
  readonly count: number;
  readonly dimension: number;
}

/**
 * Places vectors on a plane so that near ones stay near (UMAP). Blocks for as long as it takes (20,000 tracks: a minute and a half), so it
 * runs in a thread of its own.
 *
 * @returns x, y for each vector, within -1..1
 */
export const layOut = ({ vectors, count, dimension }: LayOutInput): Float32Array => {
  // UMAP needs more points than neighbours, and two or three points have no shape.
  if (count <= 3) return onCircle(count);
  const rows = Array.from({ length: count }, (_, row) =>
    vectors.subarray(row * dimension, (row + 1) * dimension),
  );
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(NEIGHBOURS, count - 1),
    minDist: MIN_DISTANCE,
    random: seededRandom(SEED),
  });
  return fit(umap.fit(rows as unknown as number[][]));
};

const onCircle = (count: number): Float32Array =>
  Float32Array.from({ length: count * 2 }, (_, at) => {
    if (count === 1) return 0;
    const angle = (Math.floor(at / 2) / count) * 2 * Math.PI;
    return 0.5 * (at % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });

/** How much more the shorter side is stretched than the longer one, at most: directions mean nothing, nearness should stay readable. */
const MOST_STRETCH = 1.6;

/** Turned so that the map is wider than high, as screens are, then centred and scaled to -1..1. */
const fit = (points: readonly (readonly number[])[]): Float32Array => {
  const turned = turn(points);
  const wide = range(turned.map(([x]) => x));
  const high = range(turned.map(([, y]) => y));
  const scaleX = 1 / (wide.half || 1);
  const scaleY = Math.min(1 / (high.half || 1), scaleX * MOST_STRETCH);
  return Float32Array.from(
    turned.flatMap(([x, y]) => [inUnit((x - wide.middle) * scaleX), inUnit((y - high.middle) * scaleY)]),
  );
};

/** Turns the points so that their longest extent (principal axis) lies level. */
const turn = (points: readonly (readonly number[])[]): [number, number][] => {
  const mean = (axis: number) =>
    points.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / Math.max(1, points.length);
  const [middleX, middleY] = [mean(0), mean(1)];
  const centred = points.map(([x = 0, y = 0]) => [x - middleX, y - middleY] as const);
  const moment = (of: (x: number, y: number) => number) => centred.reduce((sum, [x, y]) => sum + of(x, y), 0);
  const angle =
    0.5 *
    Math.atan2(
      2 * moment((x, y) => x * y),
      moment((x, y) => x * x - y * y),
    );
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return centred.map(([x, y]) => [x * cos + y * sin, y * cos - x * sin]);
};

const range = (values: readonly number[]) => {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return { middle: (low + high) / 2, half: (high - low) / 2 };
};

const inUnit = (value: number): number => Math.max(-1, Math.min(1, value));

/** A linear congruential generator (the constants of Numerical Recipes): enough for sampling, and repeatable. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
