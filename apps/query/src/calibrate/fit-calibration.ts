import type { ScoreCalibration, SpaceTransform } from '@soundalike/embedder';
import { toSpace } from '@soundalike/embedder';
import type { ClipRow } from '@soundalike/store';
import { bestAlignment, maxSimilarity, similarityMatrix } from '../search/align.ts';
import { medianOfBest } from '../search/floor-of.ts';
import { QUERY_HOP_SAMPLES, type QuerySeed } from '../search/seed-windows.ts';
import { EXCERPT_SECONDS } from './hear-excerpt.ts';

/** Fewer tracks say too little about chance. */
export const MIN_TRACKS = 20;

export interface Calibrated {
  readonly transform: SpaceTransform;
  readonly calibration: ScoreCalibration;
  /** What the fit saw, for people to judge it: cosines of own tracks and of strangers. */
  readonly seen: {
    readonly tracks: number;
    readonly own: Spread;
    readonly strangers: Spread;
    readonly ownAligned: Spread;
    readonly strangersAligned: Spread;
  };
}

export interface Spread {
  readonly p5: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** A track and an excerpt of it that was heard anew, as raw vectors. */
export interface Heard {
  readonly clips: readonly { startMs: number; raw: Float32Array }[];
  readonly excerpt: readonly { startMs: number; raw: Float32Array }[];
}

/** Fits the score curve to tracks and their excerpts: own tracks say what the same recording looks like, all others what chance does. */
export const fitCalibration = (heard: readonly Heard[], given: SpaceTransform | undefined): Calibrated => {
  const transform = given ?? { mean: meanOf(heard.flatMap(({ clips }) => clips.map(({ raw }) => raw))) };
  const tracks = heard.map(({ clips }) =>
    clips.map(({ startMs, raw }): ClipRow => ({ startMs, ...toSpace(raw, transform) })),
  );
  const queries = heard.map(({ excerpt }): QuerySeed => {
    const windows = excerpt.map(({ startMs, raw }) => ({ startMs, vector: toSpace(raw, transform).vector }));
    return {
      windows,
      durationMs: EXCERPT_SECONDS * 1000,
      hopMs: (QUERY_HOP_SAMPLES / 22_050) * 1000,
      weight: 1,
    };
  });
  const own = { alike: [] as number[], aligned: [] as number[] };
  const strangers = { alike: [] as number[][], aligned: [] as number[] };
  queries.forEach((query, asked) => {
    const others: number[] = [];
    tracks.forEach((clips, track) => {
      const matrix = similarityMatrix(query, clips);
      const alike = maxSimilarity(matrix);
      const aligned = bestAlignment(query, clips, matrix)?.similarity;
      if (track === asked) own.alike.push(alike);
      else others.push(alike);
      if (aligned !== undefined) (track === asked ? own.aligned : strangers.aligned).push(aligned);
    });
    strangers.alike.push(others);
  });
  const chance = strangers.alike.map((others) => Math.max(...others));
  const lowOwn = quantile(own.alike, 0.05);
  // Where strangers come as close as weak own matches, a score says little; it is then half at what chance reaches.
  const midpoint = Math.max((median(chance) + lowOwn) / 2, median(chance));
  return {
    transform,
    calibration: {
      midpoint: round(midpoint),
      // A usual match of the same recording scores 0.95, so that the range below it tells likenesses apart.
      slope: round(Math.log(19) / Math.max(median(own.alike) - midpoint, 0.05)),
      floor: { ...fitFloor(strangers.alike), ceiling: round(lowOwn) },
      sameRecording: round(sameRecordingThreshold(own.aligned, strangers.aligned)),
    },
    seen: {
      tracks: heard.length,
      own: spread(own.alike),
      strangers: spread(chance),
      ownAligned: spread(own.aligned),
      strangersAligned: spread(strangers.aligned),
    },
  };
};

/**
 * Mean and deviation of the normal distribution whose best of N draws are the strangers' medians, at a tenth of the strangers and at all of
 * them: only the upper tail decides what the best of many reaches.
 */
const fitFloor = (strangers: readonly (readonly number[])[]): Omit<ScoreCalibration['floor'], 'ceiling'> => {
  const count = strangers[0]?.length ?? 1;
  const few = Math.max(Math.floor(count / 10), 1);
  const bestOf = (size: number) =>
    median(
      strangers.map((others) =>
        Math.max(...others.filter((_, index) => index % Math.floor(count / size) === 0).slice(0, size)),
      ),
    );
  const rise = medianOfBest(count) - medianOfBest(few);
  const deviation = Math.max((bestOf(count) - bestOf(few)) / rise, 0);
  return { mean: round(bestOf(count) - deviation * medianOfBest(count)), deviation: round(deviation) };
};

/** A third of the way from the closest stranger to a weak own match; where they overlap, what only one stranger in a thousand reaches. */
const sameRecordingThreshold = (own: readonly number[], strangers: readonly number[]): number => {
  const closest = Math.max(...strangers);
  const weak = quantile(own, 0.05);
  return weak > closest ? closest + (weak - closest) / 3 : quantile(strangers, 0.999);
};

const meanOf = (vectors: readonly Float32Array[]): Float32Array => {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
  return Float32Array.from(sum, (value) => value / vectors.length);
};

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};

const median = (values: readonly number[]): number => quantile(values, 0.5);

const spread = (values: readonly number[]): Spread => ({
  p5: round(quantile(values, 0.05)),
  median: round(median(values)),
  p99: round(quantile(values, 0.99)),
  max: round(Math.max(...values)),
});

const round = (value: number): number => Math.round(value * 1e4) / 1e4;
