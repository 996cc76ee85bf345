import type { Filter } from '@soundalike/core';
import { meanVector } from '@soundalike/embedder';
import type { VectorStore } from '@soundalike/store';
import { maxSimilarity, similarityMatrix } from './align.ts';
import { askingVectors } from './asking-vectors.ts';
import type { HeardSeed } from './seed-windows.ts';

/** Tracks asked for by each seed as a whole: those whose clips are compared. */
const TRACKS_A_SEED = 300;

/** Tracks asked for by each window alone: a passage may be unlike its track's mean. */
const TRACKS_A_WINDOW = 50;

/** Tracks whose clips are read at once, 8 MB. */
const PAGE = 300;

/**
 * Tracks first: those whose own vector is near a seed's passage, then exact MaxSim over all their clips. No index over clips is asked, so its
 * size does not matter; a track whose mean is unlike the passage is not found.
 *
 * @param options.vector the blend of all seeds, a unit vector
 * @returns ids, most alike first
 */
export const retrieveTracksFirst = async (options: {
  store: VectorStore;
  seeds: readonly HeardSeed[];
  vector: Float32Array;
  filter: Filter | undefined;
  signal: AbortSignal;
}): Promise<string[]> => {
  const { store, vector, filter, signal } = options;
  const seeds = options.seeds.filter(({ weight }) => weight > 0);
  const wholes = [vector, ...seeds.map(({ windows }) => meanVector(windows.map((window) => window.vector)))];
  const parts = seeds.flatMap(({ windows }) => askingVectors(windows));
  const [byWhole, byPart] = await Promise.all([
    store.searchTracks({ vectors: wholes, k: TRACKS_A_SEED, filter, signal }),
    store.searchTracks({ vectors: parts, k: TRACKS_A_WINDOW, filter, signal }),
  ]);
  const ids = [...new Set([...byWhole, ...byPart].flat().map(({ trackId }) => trackId))];
  const scores = new Map<string, number>();
  for (let at = 0; at < ids.length; at += PAGE) {
    signal.throwIfAborted();
    for (const { trackId, clips } of (await store.clipsOf(ids.slice(at, at + PAGE))).values())
      if (clips.length > 0)
        scores.set(trackId, Math.max(...seeds.map((seed) => maxSimilarity(similarityMatrix(seed, clips)))));
  }
  return [...scores].sort(([, a], [, b]) => b - a).map(([trackId]) => trackId);
};
