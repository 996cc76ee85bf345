import { content8Of, type Filter, SoundalikeError } from '@soundalike/core';
import { signatureFromBytes } from '@soundalike/embedder';
import { openAudio } from '@soundalike/source';
import { trackFieldsOf } from '../tracks/track-document.ts';
import { chooseResults } from './choose-results.ts';
import { type Judgement, judge, judgedScore, verdictOf } from './judge.ts';
import { retrieveCandidates } from './retrieve.ts';
import type { SearchAnswer, SearchResult } from './search-answer.ts';
import type { SearchDeps } from './search-deps.ts';
import { type SearchRequest, type Seed, searchRequestSchema } from './search-request.ts';
import { type QuerySeed, windowsOfFile, windowsOfTrack } from './seed-windows.ts';

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
    const request = parse(input);
    await checkSpace(deps);
    const seeds = await Promise.all(request.seeds.map((seed) => windowsOf(seed, deps, options)));
    const filter = withoutSeeds(request.filter, seeds);
    const { signal } = options;
    const retrieved = await Promise.all(
      seeds
        .filter(({ weight }) => weight > 0)
        .map((query) =>
          retrieveCandidates({ store: deps.store, query, filter, limit: request.limit, signal }),
        ),
    );
    const candidates = [...new Set(retrieved.flat())];
    const [tracks, stored, count] = await Promise.all([
      deps.catalogue.getTracks(candidates),
      deps.store.clipsOf(candidates),
      deps.catalogue.countTracks(deps.store.space),
    ]);
    const signatures = await deps.catalogue.getSignatures(
      [...tracks.values()].map(({ contentId }) => contentId),
    );
    const { calibration, name, trained, space } = deps.model;
    const results = candidates
      .flatMap((trackId): SearchResult[] => {
        const track = tracks.get(trackId);
        const clips = stored.get(trackId);
        // Rows of a revision that is just being replaced, or of a track just removed, are no answer.
        if (!track || !clips || clips.clips.length === 0 || clips.content8 !== content8Of(track.contentId))
          return [];
        const words = signatures.get(track.contentId);
        const heard = {
          clips: clips.clips,
          durationMs: track.durationSeconds * 1000,
          signature: words && signatureFromBytes(words),
        };
        const judged = combine(seeds, (seed) => judge(seed, heard, calibration));
        return [
          {
            ...trackFieldsOf(track),
            score: judgedScore(judged, calibration),
            verdict: verdictOf(judged, count, calibration),
            similarity: Math.round(judged.similarity * 1e4) / 1e4,
            matches: [...judged.matches],
          },
        ];
      })
      .sort(byVerdictThenSimilarity);
    const seedTracks = await deps.catalogue.getTracks(seeds.flatMap(({ trackId }) => trackId ?? []));
    const chosen = chooseResults(results, request, [...seedTracks.values()]).slice(0, request.limit);
    const verdict = chosen[0]?.verdict ?? 'nothing-close';
    return {
      verdict,
      space,
      model: { name, trained },
      results: request.belowFloor ? chosen : chosen.filter((result) => result.verdict !== 'nothing-close'),
    };
  };

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

const checkSpace = async ({ catalogue, model }: SearchDeps): Promise<void> => {
  const live = await catalogue.liveSpace();
  if (!live) throw new SoundalikeError('INDEX_EMPTY', 'Nothing has been indexed yet');
  if (live.name === model.space) return;
  throw new SoundalikeError(
    'SPACE_MISMATCH',
    `The live index is of space ${live.name} (model ${live.model}), this search's model ${model.name} makes space ${model.space}`,
    {
      fields: { liveSpace: live.name, space: model.space },
    },
  );
};

const windowsOf = async (
  seed: Seed,
  deps: SearchDeps,
  { uploads, signal }: SearchOptions,
): Promise<QuerySeed> => {
  if (seed.trackId !== undefined) return windowsOfTrack(seed.trackId, seed, deps);
  if (seed.upload !== undefined) {
    const path = uploads?.get(seed.upload);
    if (path === undefined)
      throw new SoundalikeError('INPUT_INVALID', `There is no upload part called "${seed.upload}"`, {
        fields: { upload: seed.upload },
      });
    return windowsOfFile(path, seed, deps, signal);
  }
  const audio = await openAudio({
    location: { root: null, path: seed.url ?? '' },
    roots: {},
    policy: deps.fetchPolicy,
    temporaryFolder: deps.temporaryFolder,
    signal,
  });
  try {
    return await windowsOfFile(audio.path, seed, deps, signal);
  } finally {
    await audio.dispose();
  }
};

/** A track is no answer to itself. */
const withoutSeeds = (filter: Filter | undefined, seeds: readonly QuerySeed[]): Filter | undefined => {
  const own = seeds.map(({ trackId }) => trackId).filter((id) => id !== undefined);
  return own.length === 0
    ? filter
    : { ...filter, excludeTrackIds: [...(filter?.excludeTrackIds ?? []), ...own] };
};

/** Several seeds: similarities weighted, passages of the positive seed that fits best. */
const combine = (seeds: readonly QuerySeed[], judgeSeed: (seed: QuerySeed) => Judgement): Judgement => {
  const judged = seeds.map((seed) => ({ weight: seed.weight, judgement: judgeSeed(seed) }));
  const positive = judged.filter(({ weight }) => weight > 0);
  const total = positive.reduce((sum, { weight }) => sum + weight, 0);
  const best = positive.reduce((a, b) => (rankOf(b.judgement) > rankOf(a.judgement) ? b : a));
  return {
    ...best.judgement,
    similarity: judged.reduce((sum, { weight, judgement }) => sum + weight * judgement.similarity, 0) / total,
  };
};

/** Of several seeds, one that is the same recording tells most. */
const rankOf = ({ isSameRecording, similarity }: Judgement): number =>
  Number(isSameRecording) * 2 + similarity;

const byVerdictThenSimilarity = (a: SearchResult, b: SearchResult): number =>
  Number(b.verdict === 'same-recording') - Number(a.verdict === 'same-recording') ||
  (a.verdict === 'same-recording' ? b.score - a.score : 0) ||
  b.similarity - a.similarity;
