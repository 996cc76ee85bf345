import { dot } from '../search/align.ts';

export interface Hubness {
  /** Skewness of how often a track is among the ten nearest of others: 0 is even, above 1 a few tracks answer everything. */
  readonly skewness: number;
  /** Share of tracks that are among nobody's ten nearest. */
  readonly orphans: number;
  /** Most often that one track is. */
  readonly largestHub: number;
}

const NEIGHBOURS = 10;

/**
 * Hubs and orphans of a space (Radovanović et al., "Hubs in Space", JMLR 2010).
 *
 * @param vectors a unit vector for each track
 */
export const measureHubness = (vectors: readonly Float32Array[]): Hubness => {
  const times = new Float64Array(vectors.length);
  vectors.forEach((vector, own) => {
    const nearest = vectors
      .map((other, index) => ({
        index,
        score: index === own ? Number.NEGATIVE_INFINITY : dot(vector, other),
      }))
      .sort((a, b) => b.score - a.score)
      .slice(0, Math.min(NEIGHBOURS, vectors.length - 1));
    for (const { index } of nearest) times[index] = (times[index] as number) + 1;
  });
  return {
    skewness: skewnessOf(times),
    orphans: times.filter((count) => count === 0).length / Math.max(times.length, 1),
    largestHub: Math.max(0, ...times),
  };
};

/** Third standardised moment. */
export const skewnessOf = (values: Float64Array): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const moment = (power: number) =>
    values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  const deviation = Math.sqrt(moment(2));
  return deviation === 0 ? 0 : moment(3) / deviation ** 3;
};
