import { batch } from '@preact/signals';
import { type ApiError, asApiError, getFacets, getStats } from '../api/client.ts';
import * as session from './session.ts';

/** Asks what the server holds; what one call does not answer the other may. */
export const loadCatalogue = async (): Promise<void> => {
  const [stats, facets] = await Promise.allSettled([getStats(), getFacets()]);
  batch(() => {
    if (stats.status === 'fulfilled') session.stats.value = stats.value;
    if (facets.status === 'fulfilled') session.facets.value = facets.value;
    session.startFailure.value = failureOf(stats);
    session.facetsFailure.value = failureOf(facets);
  });
};

const failureOf = (result: PromiseSettledResult<unknown>): ApiError | null =>
  result.status === 'rejected' ? asApiError(result.reason) : null;
