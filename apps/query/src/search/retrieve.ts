import type { Filter } from '@soundalike/core';
import type { ClipHit, VectorStore } from '@soundalike/store';
import { askingVectors } from './asking-vectors.ts';
import { ownTracks, without } from './narrow-filter.ts';
import { retrieveTracksFirst } from './retrieve-tracks.ts';
import type { ParsedSearchRequest } from './search-request.ts';
import type { HeardSeed } from './seed-windows.ts';

/** Nearest clips for each window that asks, and nearest tracks for the whole. */
const NEIGHBOURS = 100;

/** Tracks that are looked at closely, whatever the limit. */
const MIN_CANDIDATES = 20;

/** Where results of an artist are capped, so many times more are looked at. */
const CAPPED_FACTOR = 2;

/**
 * The tracks worth comparing window by window: those whose clips are near the windows of the seeds that attract, and those near the blend
 * of all seeds as a whole, seeds left out. The round trips are made at once; only where a long seed's own clips crowd others out, the index is
 * asked once more without them. With the plan `tracks`, no index over clips is asked.
 *
 * @param options.vector the blend, a unit vector
 * @returns ids, most promising first
 */
export const retrieveCandidates = async (options: {
  store: VectorStore;
  seeds: readonly HeardSeed[];
  vector: Float32Array;
  filter: Filter | undefined;
  request: Pick<ParsedSearchRequest, 'limit' | 'artistCap'>;
  plan: 'clips' | 'tracks';
  signal: AbortSignal;
}): Promise<string[]> => {
  const { store, seeds, vector, filter, request, signal } = options;
  const count =
    Math.max(MIN_CANDIDATES, request.limit * 2) * (request.artistCap === undefined ? 1 : CAPPED_FACTOR);
  const own = new Set(ownTracks(seeds));
  const isOther = (trackId: string) => !own.has(trackId);
  if (options.plan === 'tracks') return (await retrieveTracksFirst(options)).filter(isOther).slice(0, count);
  const nearClips = async (vectors: readonly Float32Array[]): Promise<string[]> => {
    const search = (filter: Filter | undefined) =>
      store.searchClips({ vectors, k: NEIGHBOURS, filter, signal });
    const hits = await search(filter);
    const others = promising(hits).filter(isOther);
    const all = hits.flat();
    const isCrowded = all.filter(({ trackId }) => own.has(trackId)).length > all.length / 2;
    return others.length < count && isCrowded ? promising(await search(without(filter, [...own]))) : others;
  };
  const [trackHits, ...byClips] = await Promise.all([
    store.searchTracks({ vectors: [vector], k: NEIGHBOURS, filter, signal }),
    ...seeds.filter(({ weight }) => weight > 0).map(({ windows }) => nearClips(askingVectors(windows))),
  ]);
  const whole = (trackHits?.[0] ?? []).map(({ trackId }) => trackId).filter(isOther);
  return [
    ...new Set([...byClips.flatMap((ids) => ids.slice(0, count)), ...whole.slice(0, Math.ceil(count / 2))]),
  ];
};

/** Tracks by what their clips add over the last clip found: absent tracks are at most that near. */
const promising = (clipHits: readonly (readonly ClipHit[])[]): string[] => {
  const promise = new Map<string, number>();
  for (const hits of clipHits) {
    const best = new Map<string, number>();
    for (const { trackId, score } of hits) best.set(trackId, Math.max(best.get(trackId) ?? -1, score));
    const last = hits.at(-1)?.score ?? 0;
    for (const [trackId, score] of best) promise.set(trackId, (promise.get(trackId) ?? 0) + (score - last));
  }
  return [...promise].sort(([, a], [, b]) => b - a).map(([trackId]) => trackId);
};
