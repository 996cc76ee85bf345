import type { SourceScope } from '@soundalike/catalogue';
import { everySpaceOf } from '../spaces/every-space.ts';
import type { IngestDeps } from '../work/ingest-deps.ts';

/** Tracks removed in one step. */
const BATCH = 500;

/**
 * Removes the tracks of a scope that no living item holds from the index and the catalogue; their items stay in the ledger as gone.
 *
 * @returns tracks removed
 */
export const pruneGone = async (
  deps: Pick<IngestDeps, 'catalogue' | 'store' | 'spaces'>,
  catalogueName: string,
  scope: SourceScope,
): Promise<number> => {
  const { catalogue } = deps;
  let removed = 0;
  for (;;) {
    const tracks = await catalogue.goneTracks({ catalogue: catalogueName, scope, limit: BATCH });
    if (tracks.length === 0) return removed;
    // The index first: killed in between, the rows are still there to do it again.
    await everySpaceOf(deps).removeTracks(tracks);
    await catalogue.removeTracks(tracks);
    removed += tracks.length;
  }
};
