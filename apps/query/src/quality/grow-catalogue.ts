import { dot } from '../search/align.ts';

/** What strangers and own tracks reach in a catalogue of a size. */
export interface GrowthPoint {
  readonly tracks: number;
  /** Quantiles over queries of the cosine of the best stranger. */
  readonly bestStranger: { readonly p10: number; readonly median: number; readonly p90: number };
  /** Share of excerpts whose own track is nearer than every stranger, by embedding alone. */
  readonly hitAt1: number;
}

/** An excerpt's windows, and the place of its own track in the catalogue; undefined for a stranger. */
export interface GrowthQuery {
  readonly windows: readonly Float32Array[];
  readonly own: number | undefined;
  /** Tracks that are no strangers to it, such as other takes. */
  readonly relatives: ReadonlySet<number>;
}

/**
 * How much closer chance comes as a catalogue grows: the mean over the query's windows of the best clip's cosine (as the search compares),
 * for the first `n` tracks of the catalogue.
 *
 * @param tracks clips of each track, unit vectors, in random order
 */
export const growCatalogue = (
  queries: readonly GrowthQuery[],
  tracks: readonly (readonly Float32Array[])[],
  sizes: readonly number[],
): GrowthPoint[] => {
  const scores = queries.map(({ windows }) =>
    Float64Array.from(tracks, (clips) => (clips.length === 0 ? -1 : maxSimilarity(windows, clips))),
  );
  return sizes.map((size) => {
    const best = queries.map(({ own, relatives }, query) => {
      let highest = -1;
      for (let track = 0; track < Math.min(size, tracks.length); track++)
        if (track !== own && !relatives.has(track)) highest = Math.max(highest, scores[query]?.[track] ?? -1);
      return highest;
    });
    const sorted = [...best].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    const asked = queries.flatMap(({ own }, query) => (own === undefined ? [] : [{ own, query }]));
    const hits = asked.filter(({ own, query }) => (scores[query]?.[own] ?? -1) > (best[query] ?? 1)).length;
    return {
      tracks: size,
      bestStranger: { p10: at(0.1), median: at(0.5), p90: at(0.9) },
      hitAt1: asked.length === 0 ? Number.NaN : hits / asked.length,
    };
  });
};

const maxSimilarity = (windows: readonly Float32Array[], clips: readonly Float32Array[]): number => {
  let sum = 0;
  for (const window of windows) {
    let best = -1;
    for (const clip of clips) best = Math.max(best, dot(window, clip));
    sum += best;
  }
  return sum / Math.max(windows.length, 1);
};
