import type { Config } from '@soundalike/core';
import type { FetchPolicy, S3Options } from '@soundalike/source';

/** The limits on fetching links, from the settings. */
export const fetchPolicyOf = (config: Config): FetchPolicy => ({
  allow: config.allowFetch,
  maxBytes: config.maxFetchMb * 1_000_000,
  timeoutMs: config.fetchTimeoutSeconds * 1000,
});

/** How buckets are reached. */
export const s3Of = ({ s3Endpoint, s3Region }: Config): S3Options => ({
  endpoint: s3Endpoint,
  region: s3Region,
});
