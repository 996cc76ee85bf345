/** Windows of `sampled:N`; undefined for `full`. */
export const windowsOf = (coverage = 'full'): number | undefined =>
  coverage === 'full' ? undefined : Number(coverage.slice('sampled:'.length));
