import type { Config } from '@soundalike/core';
import type { FetchPolicy } from '@soundalike/source';

/** The limits on fetching links, from the settings. */
export const fetchPolicyOf = (config: Config): FetchPolicy => ({
  allow: config.allowFetch,
  maxBytes: config.maxFetchMb * 1_000_000,
  timeoutMs: config.fetchTimeoutSeconds * 1000,
});
