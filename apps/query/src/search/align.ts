import type { ClipRow } from '@soundalike/store';
import type { QuerySeed } from './seed-windows.ts';

/** Steps in which offsets are tried, ms: finer than the query's hop, since similarity is read between its windows. */
const OFFSET_STEP_MS = 84;

/** Clips at one offset that make a run; a shorter overlap is chance. */
const MIN_RUN = 2;

/** One constant offset between query and track. */
export interface Alignment {
  /** Track time = query time + offset, ms. */
  readonly offsetMs: number;
  /** Mean cosine of the clips along the run. */
  readonly similarity: number;
  /** Clips that took part. */
  readonly clips: number;
}

/** Cosine of every query window (rows) with every clip (columns). */
export const similarityMatrix = (query: QuerySeed, clips: readonly ClipRow[]): Float32Array[] =>
  query.windows.map(({ vector }) => Float32Array.from(clips, (clip) => dot(vector, clip.vector)));

/**
 * How alike query and track sound at their best, wherever: the mean over query windows of the best clip's cosine (MaxSim, Khattab & Zaharia
 * 2020).
 */
export const maxSimilarity = (matrix: readonly Float32Array[]): number =>
  matrix.reduce((sum, row) => sum + Math.max(...row), 0) / matrix.length;

/**
 * The constant offset at which the track's clips agree best with the query. For each offset, every clip that lies inside the query is
 * compared with it at its own place there, read between the two nearest query windows.
 *
 * @returns undefined where no offset has two clips (or the only one of a query that short) inside the query
 */
export const bestAlignment = (
  query: QuerySeed,
  clips: readonly ClipRow[],
  matrix: readonly Float32Array[],
): Alignment | undefined => {
  const { windows, hopMs } = query;
  const [first, last] = [windows[0]?.startMs ?? 0, windows.at(-1)?.startMs ?? 0];
  const needed = last - first < 2 * WINDOW_MS ? 1 : MIN_RUN;
  let best: Alignment | undefined;
  const [firstClip, lastClip] = [clips[0]?.startMs ?? 0, clips.at(-1)?.startMs ?? 0];
  for (let offsetMs = firstClip - last; offsetMs <= lastClip - first; offsetMs += OFFSET_STEP_MS) {
    const run = similarityAt(offsetMs, query, clips, matrix);
    if (run.clips >= needed && (!best || run.similarity > best.similarity)) best = run;
  }
  return best && refine(best, (offsetMs) => similarityAt(offsetMs, query, clips, matrix), hopMs);
};

const WINDOW_MS = 2678;

const similarityAt = (
  offsetMs: number,
  { windows, hopMs }: QuerySeed,
  clips: readonly ClipRow[],
  matrix: readonly Float32Array[],
): Alignment => {
  let sum = 0;
  let count = 0;
  for (let clip = 0; clip < clips.length; clip++) {
    const queryMs = (clips[clip]?.startMs ?? 0) - offsetMs;
    const value = readBetween(queryMs, windows, hopMs, matrix, clip);
    if (value === undefined) continue;
    sum += value;
    count += 1;
  }
  return { offsetMs, similarity: count === 0 ? -1 : sum / count, clips: count };
};

/** The similarity of a clip at any place of the query: linear between neighbouring windows, undefined outside and in gaps between blocks. */
const readBetween = (
  queryMs: number,
  windows: QuerySeed['windows'],
  hopMs: number,
  matrix: readonly Float32Array[],
  clip: number,
): number | undefined => {
  let low = 0;
  let high = windows.length - 1;
  const start = (index: number) => windows[index]?.startMs ?? 0;
  const slack = 1; // times are rounded to whole milliseconds
  if (high < 0 || queryMs < start(0) - slack || queryMs > start(high) + slack) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (start(middle) <= queryMs) low = middle;
    else high = middle;
  }
  const gap = start(high) - start(low);
  if (gap > hopMs * 1.5) return undefined;
  const share = gap === 0 ? 0 : Math.min(1, Math.max(0, (queryMs - start(low)) / gap));
  return (matrix[low]?.[clip] ?? 0) * (1 - share) + (matrix[high]?.[clip] ?? 0) * share;
};

/**
 * Similarity falls off evenly on both sides of the true offset, but read linearly between windows its peak sits on a window. The centre
 * of mass of what rises above the surroundings, half a window around, is closer to the truth.
 */
const refine = (best: Alignment, at: (offsetMs: number) => Alignment, hopMs: number): Alignment => {
  const reach = 1.5 * hopMs;
  const samples: Alignment[] = [];
  for (
    let offsetMs = best.offsetMs - reach;
    offsetMs <= best.offsetMs + reach;
    offsetMs += OFFSET_STEP_MS / 2
  )
    samples.push(at(offsetMs));
  const valid = samples.filter(({ clips }) => clips > 0);
  const floor = Math.min(...valid.map(({ similarity }) => similarity));
  const weights = valid.map(({ similarity }) => (similarity - floor) ** 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return best;
  const offsetMs =
    valid.reduce((sum, sample, index) => sum + sample.offsetMs * (weights[index] ?? 0), 0) / total;
  return { ...best, offsetMs: Math.round(offsetMs) };
};

/** Cosine of unit vectors. */
export const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};
