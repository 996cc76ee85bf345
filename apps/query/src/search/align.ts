import type { ClipRow } from '@soundalike/store';
import type { QuerySeed } from './seed-windows.ts';

/** Offsets nearer to each other than this are one: times are rounded to whole milliseconds, and hops are not whole. */
const SAME_OFFSET_MS = 5;

/** Places around the best offset that its refinement reads. */
const REFINE_STEPS = 48;

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
 * compared with it at its own place there, read between the two nearest query windows. Read linearly, agreement is best where some clip lies
 * on a window, so only such offsets are tried.
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
  const at = readAlong(query, clips, matrix);
  for (const offsetMs of offsetsOf(query, clips)) {
    const run = at(offsetMs);
    if (run.clips >= needed && (!best || run.similarity > best.similarity)) best = run;
  }
  return best && refine(best, at, hopMs);
};

/** Where a clip lies on a window, in order. */
const offsetsOf = ({ windows }: QuerySeed, clips: readonly ClipRow[]): number[] => {
  const all = new Float64Array(windows.length * clips.length);
  let count = 0;
  for (const clip of clips) for (const window of windows) all[count++] = clip.startMs - window.startMs;
  const distinct: number[] = [];
  for (const offsetMs of all.sort())
    if (offsetMs - (distinct.at(-1) ?? -Infinity) > SAME_OFFSET_MS) distinct.push(offsetMs);
  return distinct;
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
      if (gap > widest && queryMs - start > SLACK_MS && start + gap - queryMs > SLACK_MS) continue;
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
  const samples = Array.from({ length: REFINE_STEPS + 1 }, (_, step) =>
    at(best.offsetMs + reach * ((2 * step) / REFINE_STEPS - 1)),
  );
  const valid = samples.filter(({ clips }) => clips > 0);
  const floor = Math.min(...valid.map(({ similarity }) => similarity));
  const weights = valid.map(({ similarity }) => (similarity - floor) ** 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return best;
  const offsetMs =
    valid.reduce((sum, sample, index) => sum + sample.offsetMs * (weights[index] ?? 0), 0) / total;
  return { ...best, offsetMs: Math.round(offsetMs) };
};

/** Cosine of unit vectors. Four sums at once: each addition would wait for the one before. */
export const dot = (a: Float32Array, b: Float32Array): number => {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const whole = a.length - (a.length % 4);
  for (let i = 0; i < whole; i += 4) {
    first += (a[i] as number) * (b[i] as number);
    second += (a[i + 1] as number) * (b[i + 1] as number);
    third += (a[i + 2] as number) * (b[i + 2] as number);
    fourth += (a[i + 3] as number) * (b[i + 3] as number);
  }
  for (let i = whole; i < a.length; i++) first += (a[i] as number) * (b[i] as number);
  return first + second + third + fourth;
};
