import type { Catalogue } from '@soundalike/catalogue';
import { meanVector } from '@soundalike/embedder';
import type { ClipHit, VectorStore } from '@soundalike/store';
import { sampleTracks } from './sample-tracks.ts';

/** Neighbours that are compared. */
const DEPTHS = [10, 100] as const;
const DEEPEST = 100;

/** Tracks read at once for the exact side. */
const PAGE = 200;

/** Clips whose exact scores differ by less are equally near: rounding, and the same audio twice. */
const TIE = 1e-5;

export interface Recall {
  readonly queries: number;
  /** Share of the exact nearest clips that the index found, by how many were asked for. */
  readonly recall: { readonly at10: number; readonly at100: number };
  /** Of one query for 100 clips, ms. */
  readonly latencyMs: { readonly median: number; readonly p95: number };
  /** Tracks that were compared exactly, and how many there are: below all of them the recall is an estimate. */
  readonly comparedTracks: number;
  readonly tracks: number;
  /** What the store says serves clip searches. */
  readonly index: string;
}

export interface MeasureRecallOptions {
  readonly catalogue: Pick<Catalogue, 'tracksInSpace' | 'countTracks'>;
  readonly store: VectorStore;
  readonly queries: number;
  /** Tracks read for the exact side at most; a catalogue of more is estimated from so many of it. */
  readonly maxTracks: number;
  readonly signal: AbortSignal;
}

interface Query {
  readonly vector: Float32Array;
  /** What the index found, with exact scores. */
  readonly found: Map<string, number>;
  /** Scores of the found, best first. */
  readonly scores: number[];
  /** Scores of clips that are nearer than the last found and were not found. */
  readonly missed: number[];
}

/**
 * Approximate search against exact comparison, on queries drawn from the index itself: the middle between two neighbouring clips of a track,
 * which is near what a sample heard between them gives. Bounded memory: stored clips are read in pages and forgotten.
 */
export const measureRecall = async (options: MeasureRecallOptions): Promise<Recall> => {
  const { catalogue, store, maxTracks, signal } = options;
  await store.settled({ signal });
  const { vectors, took, hits } = await ask(options);
  const queries = await Promise.all(
    vectors.map(async (vector, at): Promise<Query> => {
      const found = await exactScores(store, vector, hits[at] ?? []);
      return { vector, found, scores: [...found.values()].sort((a, b) => b - a), missed: [] };
    }),
  );
  const tracks = await catalogue.countTracks(store.space);
  let compared = 0;
  let after: string | undefined;
  while (compared < Math.min(tracks, maxTracks) && !signal.aborted) {
    const limit = Math.min(PAGE, maxTracks - compared);
    const page = await catalogue.tracksInSpace({ space: store.space, after, limit });
    if (page.length === 0) break;
    const stored = await store.clipsOf(page.map(({ trackId }) => trackId));
    for (const { trackId, clips } of stored.values())
      for (const { startMs, vector } of clips) compare(queries, keyOf({ trackId, startMs }), vector);
    compared += page.length;
    after = page.at(-1)?.trackId;
  }
  const weight = compared === 0 ? 1 : Math.max(tracks / compared, 1);
  const recallAt = (depth: number) =>
    mean(queries.map(({ scores, missed }) => recallOf(scores, missed, depth, weight)));
  const [at10, at100] = DEPTHS.map(recallAt) as [number, number];
  return {
    queries: queries.length,
    recall: { at10, at100 },
    latencyMs: { median: quantile(took, 0.5), p95: quantile(took, 0.95) },
    comparedTracks: compared,
    tracks,
    index: (await store.describeIndex()).clips,
  };
};

/** Draws the queries and asks them one after the other, as searches come. */
const ask = async ({ catalogue, store, queries, signal }: MeasureRecallOptions) => {
  const drawn = await sampleTracks(catalogue, store.space, queries);
  const stored = await store.clipsOf(drawn.map(({ trackId }) => trackId));
  const vectors = [...stored.values()].flatMap(({ clips }) => {
    const at = Math.floor(clips.length / 2);
    const pair = clips.slice(Math.max(at - 1, 0), at + 1);
    return pair.length === 0 ? [] : [meanVector(pair.map(({ vector }) => vector))];
  });
  const took: number[] = [];
  const hits: ClipHit[][] = [];
  for (const vector of vectors) {
    if (signal.aborted) break;
    const since = performance.now();
    const [found = []] = await store.searchClips({ vectors: [vector], k: DEEPEST, signal });
    took.push(performance.now() - since);
    hits.push(found);
  }
  return { vectors: vectors.slice(0, hits.length), took, hits };
};

/** Exact scores of what was found: an index of short codes answers with estimates. */
const exactScores = async (
  store: VectorStore,
  query: Float32Array,
  hits: readonly ClipHit[],
): Promise<Map<string, number>> => {
  const stored = await store.clipsOf([...new Set(hits.map(({ trackId }) => trackId))]);
  const scores = new Map<string, number>();
  for (const { trackId, startMs } of hits) {
    const clip = stored.get(trackId)?.clips.find((candidate) => candidate.startMs === startMs);
    if (clip) scores.set(keyOf({ trackId, startMs }), dot(query, clip.vector));
  }
  return scores;
};

const compare = (queries: readonly Query[], key: string, vector: Float32Array): void => {
  for (const query of queries) {
    const last = query.scores.length < DEEPEST ? -1 : (query.scores.at(-1) as number);
    const score = dot(query.vector, vector);
    if (score <= last + TIE || query.found.has(key)) continue;
    query.missed.push(score);
    if (query.missed.length >= 4 * DEEPEST) keepNearest(query.missed);
  }
};

/** More than a hundred misses say no more than a hundred. */
const keepNearest = (missed: number[]): void => {
  missed.sort((a, b) => b - a);
  missed.length = DEEPEST;
};

/**
 * Share of the exact nearest `depth` that were found. Where only a part of the catalogue was compared, each miss stands for `weight` of them.
 */
const recallOf = (
  found: readonly number[],
  missed: readonly number[],
  depth: number,
  weight: number,
): number => {
  const misses = [...missed].sort((a, b) => b - a);
  let [hits, seen, at] = [0, 0, 0];
  for (const score of found) {
    while (at < misses.length && (misses[at] as number) > score + TIE && seen < depth) {
      seen += weight;
      at += 1;
    }
    if (seen >= depth) break;
    hits += 1;
    seen += 1;
  }
  // Fewer than asked for are there, or were found: what is missing then counts, too.
  while (at < misses.length && seen < depth) {
    seen += weight;
    at += 1;
  }
  return seen === 0 ? 1 : Math.min(hits / Math.min(seen, depth), 1);
};

const keyOf = ({ trackId, startMs }: { trackId: string; startMs: number }) => `${trackId} ${startMs}`;

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? 0;
};
