import { type Filter, SoundalikeError } from '@soundalike/core';
import { signatureFromBytes } from '@soundalike/embedder';
import { trackFieldsOf } from '../tracks/track-document.ts';
import { blend, blendJudgements } from './blend.ts';
import { floorOf } from './floor-of.ts';
import { hearSeed } from './hear-seed.ts';
import { trackCount } from './index-size.ts';
import { type Judgement, judgedScore, verdictOf } from './judge.ts';
import { judgeAll } from './judge-all.ts';
import { isExcluded, narrowFilter, ownTracks, without } from './narrow-filter.ts';
import { rankResults } from './rank-results.ts';
import { retrieveCandidates } from './retrieve.ts';
import { revisionOf } from './revision-of.ts';
import type { SearchAnswer, SearchResult } from './search-answer.ts';
import type { SearchDeps } from './search-deps.ts';
import { choosePlan } from './search-plan.ts';
import { type SearchRequest, searchRequestSchema } from './search-request.ts';
import type { HeardSeed } from './seed-windows.ts';
import { createStopwatch } from './stopwatch.ts';

export interface SearchOptions {
  /** Files of `upload` seeds, by the name the seed gives. */
  readonly uploads?: ReadonlyMap<string, string> | undefined;
  readonly signal: AbortSignal;
}

export type Search = (request: SearchRequest, options: SearchOptions) => Promise<SearchAnswer>;

/**
 * The search behind the page, the API and the command line: embed the sample, retrieve candidates, compare them window by window, judge.
 * `same-recording` needs the signal itself to agree, where both sides have a signature.
 *
 * @throws SoundalikeError `INPUT_INVALID` naming the field, `SPACE_MISMATCH`, `TRACK_NOT_FOUND`, and those of fetching, decoding, embedding and
 *   the store
 */
export const createSearch =
  (deps: SearchDeps): Search =>
  async (input, options) => {
    const { catalogue, store, model } = deps;
    const { calibration } = model;
    const request = parse(input);
    const watch = createStopwatch();
    checkSpace(deps);
    const seeds = await Promise.all(request.seeds.map((seed) => hearSeed(seed, deps, { ...options, watch })));
    const filter = await watch.time('filter', () => narrowFilter(request, seeds, catalogue));
    const blended = blend(seeds);
    const plan = await choosePlan(deps.plan ?? 'auto', store);
    const candidates = await watch.time('retrieve', () =>
      retrieveCandidates({
        store,
        seeds,
        vector: blended.vector,
        filter,
        request,
        plan,
        signal: options.signal,
      }),
    );
    const { tracks, clips, signatures, count } = await watch.time('read', () => readTracks(candidates, deps));
    // A track just removed, or one whose vectors of this revision are not there yet, is no answer.
    const known = candidates.flatMap((trackId) => {
      const track = tracks.get(trackId);
      const stored = clips.get(trackId);
      if (!track || !stored || isExcluded(track, request, seeds)) return [];
      const words = signatures.get(track.contentId);
      const durationMs = track.durationSeconds * 1000;
      return { track, clips: stored.clips, durationMs, signature: words && signatureFromBytes(words) };
    });
    const judgeTracks = (): SearchResult[] => {
      const bySeed = seeds.map((seed) => judgeAll(seed, known, model, watch));
      return known.map(({ track }, at) => {
        const judged = seeds.map(({ weight }, seed) => ({
          weight,
          judgement: bySeed[seed]?.[at] as Judgement,
        }));
        const judgement = blendJudgements(judged, blended);
        return {
          ...trackFieldsOf(track),
          score: judgedScore(judgement, calibration),
          verdict: verdictOf(judgement, count, calibration),
          similarity: round(judgement.similarity),
          matches: [...judgement.matches],
          strip: [...judgement.strip],
          ...(request.explain ? { explain: judged.map(explain) } : {}),
        };
      });
    };
    const results = watch.timeSync('judge', () => rankResults(judgeTracks(), request));
    const isFilteredAway =
      results.length === 0 && !(await somePasses(without(filter, ownTracks(seeds)), deps));
    const verdict = results[0]?.verdict ?? 'nothing-close';
    const stages = watch.milliseconds();
    deps.observe?.({ verdict, stages });
    return {
      verdict,
      ...(isFilteredAway ? { reason: 'no-track-passes' as const } : {}),
      space: model.space,
      model: { name: model.name, trained: model.trained },
      query: seeds.map(heard),
      ...(request.explain
        ? {
            explain: {
              tracks: count,
              candidates: candidates.length,
              floor: round(floorOf(count, calibration)),
              sameRecording: calibration.sameRecording,
              maxErrorRate: model.signature,
              timings: rounded(stages),
            },
          }
        : {}),
      results,
    };
  };

/** All that is known of the candidates. The database says which revision of each is meant. */
const readTracks = async (candidates: readonly string[], { catalogue, store }: SearchDeps) => {
  const [{ tracks, signatures, clips }, count] = await Promise.all([
    catalogue.getTracks(candidates).then(async (tracks) => {
      const known = [...tracks.values()];
      const [signatures, clips] = await Promise.all([
        catalogue.getSignatures(known.map(({ contentId }) => contentId)),
        store.clipsOfRevisions(known.map(revisionOf)),
      ]);
      return { tracks, signatures, clips };
    }),
    trackCount({ catalogue, store }),
  ]);
  return { tracks, signatures, clips, count };
};

/** Whether the filter leaves any track to be near or far. */
const somePasses = async (
  filter: Filter | undefined,
  { catalogue }: Pick<SearchDeps, 'catalogue'>,
): Promise<boolean> => filter === undefined || (await catalogue.listTracks({ filter, limit: 1 })).length > 0;

const parse = (input: SearchRequest) => {
  const parsed = searchRequestSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SoundalikeError(
    'INPUT_INVALID',
    `${issue?.path.join('.') || 'the request'}: ${issue?.message ?? 'is wrong'}`,
    { fields: { path: issue?.path.join('.') } },
  );
};

/**
 * The space was resolved by whoever opened the parts, once for this query: one that is promoted meanwhile answers the next. What is left to
 * refuse are parts that do not belong together.
 */
const checkSpace = ({ store, model }: SearchDeps): void => {
  if (store.space === model.space) return;
  throw new SoundalikeError(
    'SPACE_MISMATCH',
    `The index is of space ${store.space}, this search's model ${model.name} makes space ${model.space}`,
    { fields: { liveSpace: store.space, space: model.space } },
  );
};

const heard = ({ windows, durationMs, peaks }: HeardSeed) => ({
  from: (windows[0]?.startMs ?? 0) / 1000,
  durationSeconds: Math.round(durationMs / 10) / 100,
  peaks: [...peaks],
});

const explain = ({ weight, judgement }: { weight: number; judgement: Judgement }) => ({
  weight,
  similarity: round(judgement.similarity),
  alignment: judgement.alignment
    ? {
        offsetSeconds: Math.round(judgement.alignment.offsetMs / 10) / 100,
        similarity: round(judgement.alignment.similarity),
        clips: judgement.alignment.clips,
      }
    : null,
});

const rounded = (stages: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(stages).map(([stage, ms]) => [stage, Math.round(ms * 10) / 10]));

const round = (value: number): number => Math.round(value * 1e4) / 1e4;
