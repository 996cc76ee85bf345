import type { VectorStore } from '@soundalike/store';

/** Search all clips, or tracks first and the clips of the best; `auto` decides by size. */
export type SearchPlan = 'clips' | 'tracks' | 'auto';

/**
 * Clips from which `auto` goes tracks first. Measured up to 1,000,000 clips, where searching clips still costs less and finds more
 * (docs/search-plans.md); far beyond, an index over clips no longer fits into one machine's memory.
 */
export const TRACKS_FIRST_FROM_CLIPS = 20_000_000;

/** How long a count is believed, ms: it costs a round trip, and an index does not grow by half meanwhile. */
const COUNT_MS = 60_000;

/** The plan that a search follows: what is set, or what the size of the index says. */
export const choosePlan = async (plan: SearchPlan, store: VectorStore): Promise<'clips' | 'tracks'> => {
  if (plan !== 'auto') return plan;
  return (await clipCount(store)) >= TRACKS_FIRST_FROM_CLIPS ? 'tracks' : 'clips';
};

const counts = new WeakMap<VectorStore, { at: number; clips: Promise<number> }>();

const clipCount = (store: VectorStore): Promise<number> => {
  const known = counts.get(store);
  if (known && Date.now() - known.at < COUNT_MS) return known.clips;
  const clips = store.counts().then((found) => found.clips);
  counts.set(store, { at: Date.now(), clips });
  clips.catch(() => counts.delete(store));
  return clips;
};
