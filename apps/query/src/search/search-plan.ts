import type { VectorStore } from '@soundalike/store';
import { indexSize } from './index-size.ts';

/** Search all clips, or tracks first and the clips of the best; `auto` decides by size. */
export type SearchPlan = 'clips' | 'tracks' | 'auto';

/**
 * Clips from which `auto` goes tracks first. Measured up to 1,000,000 clips, where searching clips still costs less and finds more
 * (docs/search-plans.md); far beyond, an index over clips no longer fits into one machine's memory.
 */
export const TRACKS_FIRST_FROM_CLIPS = 20_000_000;

/** The plan that a search follows: what is set, or what the size of the index says. */
export const choosePlan = async (plan: SearchPlan, store: VectorStore): Promise<'clips' | 'tracks'> => {
  if (plan !== 'auto') return plan;
  return (await indexSize(store)).clips >= TRACKS_FIRST_FROM_CLIPS ? 'tracks' : 'clips';
};
