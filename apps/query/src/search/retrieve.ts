import type { Filter } from '@soundalike/core';
import { meanVector } from '@soundalike/embedder';
import type { VectorStore } from '@soundalike/store';
import type { QuerySeed } from './seed-windows.ts';

/** Nearest clips asked for each window, and nearest tracks for the whole. */
const NEIGHBOURS = 100;

/** Tracks that are looked at closely, whatever the limit. */
const MIN_CANDIDATES = 30;

/**
 * The tracks worth comparing window by window: those whose clips are near the query's windows, and those near it as a whole. Two round
 * trips, made at once.
 *
 * @returns ids, most promising first
 */
export const retrieveCandidates = async (options: {
  store: VectorStore;
  query: QuerySeed;
  filter: Filter | undefined;
  limit: number;
  signal: AbortSignal;
}): Promise<string[]> => {
  const { store, query, filter, limit, signal } = options;
  const [clipHits, trackHits] = await Promise.all([
    store.searchClips({ vectors: query.windows.map(({ vector }) => vector), k: NEIGHBOURS, filter, signal }),
    store.searchTracks({
      vectors: [meanVector(query.windows.map(({ vector }) => vector))],
      k: NEIGHBOURS,
      filter,
      signal,
    }),
  ]);
  const promise = new Map<string, number>();
  for (const hits of clipHits) {
    const best = new Map<string, number>();
    for (const { trackId, score } of hits) best.set(trackId, Math.max(best.get(trackId) ?? -1, score));
    // What a track's clip adds over the last one found: absent tracks are at most that near.
    const last = hits.at(-1)?.score ?? 0;
    for (const [trackId, score] of best) promise.set(trackId, (promise.get(trackId) ?? 0) + (score - last));
  }
  const ranked = [...promise].sort(([, a], [, b]) => b - a).map(([trackId]) => trackId);
  const count = Math.max(MIN_CANDIDATES, limit * 2);
  const whole = (trackHits[0] ?? []).map(({ trackId }) => trackId);
  return [...new Set([...ranked.slice(0, count), ...whole.slice(0, Math.ceil(count / 2))])];
};
