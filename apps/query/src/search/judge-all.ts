import type { ModelInfo } from '@soundalike/embedder';
import { type JudgedTrack, type Judgement, judge, judgeAlike } from './judge.ts';
import type { QuerySeed } from './seed-windows.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Of the pieces of the query in which a recording agrees, another must agree with this share to be compared with it. */
const MIN_SHARED = 0.5;

/**
 * Compares a query with all candidates. What agrees with a passage, but clearly less well than another of them, is not where the passage comes from:
 * another take, or a piece over the same loop. Copies of one recording in other codecs differ by less. Only where the query is audio: of stored
 * tracks all bits are compared, by which copies differ more.
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
  if (query.signature?.bits !== 'strong') return judged;
  return judged.map((judgement, index) =>
    judged.some((other) => isClearer(other, judgement, model.signature.margin))
      ? judgeAlike(query, tracks[index] as JudgedTrack, model.calibration, watch)
      : judgement,
  );
};

/** Whether one agrees clearly better with the pieces in which both agree, those of the other being most. */
const isClearer = ({ pieces: ours = [] }: Judgement, { pieces: theirs = [] }: Judgement, margin: number) => {
  const rates = new Map(ours.map(({ place, errorRate }) => [place, errorRate]));
  const shared = theirs.filter(({ place }) => rates.has(place));
  if (shared.length === 0 || shared.length < theirs.length * MIN_SHARED) return false;
  const ahead = shared.reduce((sum, { place, errorRate }) => sum + errorRate - (rates.get(place) ?? 0), 0);
  return ahead / shared.length > margin;
};
