import type { ModelInfo } from '@soundalike/embedder';
import { type JudgedTrack, type Judgement, judge, judgeAlike } from './judge.ts';
import type { Match } from './search-answer.ts';
import type { QuerySeed } from './seed-windows.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Two recordings answer for the same passage where the shorter stretch lies in the other by this share. */
const MIN_SHARED = 0.5;

/**
 * Compares a query with all candidates. What agrees with a passage, but clearly less well than another of them, is not where the passage comes from:
 * another take, or a piece over the same loop. Copies of one recording in other codecs differ by less.
 *
 * @returns a judgement for each track, in their order
 */
export const judgeAll = (
  query: QuerySeed,
  tracks: readonly JudgedTrack[],
  model: Pick<ModelInfo, 'calibration' | 'signature'>,
  watch: Stopwatch,
): Judgement[] => {
  const judged = tracks.map((track) => judge(query, track, model, watch));
  return judged.map((judgement, index) =>
    judged.some((other) => isClearer(other, judgement, model.signature.margin))
      ? judgeAlike(query, tracks[index] as JudgedTrack, model.calibration)
      : judgement,
  );
};

const isClearer = (one: Judgement, other: Judgement, margin: number): boolean =>
  one.errorRate !== undefined &&
  other.errorRate !== undefined &&
  other.errorRate > one.errorRate + margin &&
  sharedOf(one.matches[0], other.matches[0]) >= MIN_SHARED;

/** The part of the shorter of two stretches of the query that lies in the other. */
const sharedOf = (a: Match | undefined, b: Match | undefined): number => {
  if (!a || !b) return 0;
  const shared = Math.min(a.queryTo, b.queryTo) - Math.max(a.queryFrom, b.queryFrom);
  return shared / Math.min(a.queryTo - a.queryFrom, b.queryTo - b.queryFrom);
};
