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
  const at = readAlong(query, clips, matrix);
  for (let offsetMs = firstClip - last; offsetMs <= lastClip - first; offsetMs += OFFSET_STEP_MS) {
    const run = at(offsetMs);
    if (run.clips >= needed && (!best || run.similarity > best.similarity)) best = run;
  }
  return best && refine(best, at, hopMs);
};

const WINDOW_MS = 2678;

/** Times are rounded to whole milliseconds. */
const SLACK_MS = 1;

/**
 * Reads the similarity along one offset: the mean over the clips that lie inside the query there, each at its place, linear between
 * neighbouring windows; places in gaps between blocks of windows say nothing. Called hundreds of times for each candidate.
 */
const readAlong = (
  { windows, hopMs }: QuerySeed,
  clips: readonly ClipRow[],
  matrix: readonly Float32Array[],
): ((offsetMs: number) => Alignment) => {
  const starts = Float64Array.from(windows, ({ startMs }) => startMs);
  const clipStarts = Float64Array.from(clips, ({ startMs }) => startMs);
  const end = starts.length - 1;
  const [from, to] = [(starts[0] ?? 0) - SLACK_MS, (starts[end] ?? 0) + SLACK_MS];
  const widest = hopMs * 1.5;

  return (offsetMs) => {
    let sum = 0;
    let count = 0;
    // The window before a clip: first where it would be without gaps, for later clips from where the last one was left.
    let low = 0;
    for (let clip = 0; clip < clipStarts.length; clip++) {
      const queryMs = (clipStarts[clip] as number) - offsetMs;
      if (queryMs < from) continue;
      if (queryMs > to) break;
      if (count === 0) {
        low = Math.max(0, Math.min(end - 1, Math.floor((queryMs - from) / hopMs)));
        while (low > 0 && (starts[low] as number) > queryMs) low -= 1;
      }
      while (low < end - 1 && (starts[low + 1] as number) <= queryMs) low += 1;
      const high = Math.min(low + 1, end);
      const start = starts[low] as number;
      const gap = (starts[high] as number) - start;
      if (gap > widest) continue;
      const share = gap === 0 ? 0 : Math.min(1, Math.max(0, (queryMs - start) / gap));
      const [before, after] = [matrix[low] as Float32Array, matrix[high] as Float32Array];
      sum += (before[clip] as number) * (1 - share) + (after[clip] as number) * share;
      count += 1;
    }
    return { offsetMs, similarity: count === 0 ? -1 : sum / count, clips: count };
  };
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
