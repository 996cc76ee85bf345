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
 * Places vectors on a plane so that near ones stay near (UMAP). Blocks for as long as it takes (20,000 tracks: about a minute), so it
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

/** Centred and scaled alike in both directions, so that the longer side spans -1..1. */
const fit = (points: readonly (readonly number[])[]): Float32Array => {
  const range = (axis: 0 | 1) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const point of points) {
      low = Math.min(low, point[axis] ?? 0);
      high = Math.max(high, point[axis] ?? 0);
    }
    return { middle: (low + high) / 2, half: (high - low) / 2 };
  };
  const ranges = [range(0), range(1)] as const;
  const scale = Math.max(ranges[0].half, ranges[1].half) || 1;
  return Float32Array.from({ length: points.length * 2 }, (_, at) => {
    const axis = at % 2 === 0 ? 0 : 1;
    const value = points[Math.floor(at / 2)]?.[axis] ?? 0;
    return Math.max(-1, Math.min(1, (value - ranges[axis].middle) / scale));
  });
};

/** A linear congruential generator (the constants of Numerical Recipes): enough for sampling, and repeatable. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
