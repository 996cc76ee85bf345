import { type HttpApp, problemResponses } from '@soundalike/http';
import { z } from 'zod';
import { createSearch } from '../search/create-search.ts';
import { searchAnswerSchema } from '../search/search-answer.ts';
import { searchRequestSchema } from '../search/search-request.ts';
import { closedSignal } from './closed-signal.ts';
import type { QueryDeps } from './query-deps.ts';
import { receiveUploads } from './receive-uploads.ts';
import { trackParams } from './track-routes.ts';
import { withDeadline } from './with-deadline.ts';

/** Everything that a search can fail with. */
export const SEARCH_PROBLEMS = problemResponses(
  'TRACK_NOT_FOUND',
  'SOURCE_FORBIDDEN',
  'INDEX_EMPTY',
  'SOURCE_TOO_LARGE',
  'FORMAT_UNSUPPORTED',
  'AUDIO_UNDECODABLE',
  'SPACE_MISMATCH',
  'SOURCE_UNUSABLE',
  'SOURCE_FETCH_FAILED',
  'STORE_UNAVAILABLE',
  'TIMEOUT',
);

/** What can be asked of the first track found, for programs that follow the description. */
const foundTrackLinks = {
  200: Object.fromEntries(
    ['getTrack', 'similarTracks', 'trackVectors'].map((operationId) => [
      operationId,
      { operationId, parameters: { id: '$response.body#/results/0/trackId' } },
    ]),
  ),
};

/** `POST /v1/search` and `GET /v1/tracks/:id/similar`: the one search, with its answer as the command line gives it. */
export const searchRoutes = (app: HttpApp, deps: QueryDeps): void => {
  app.post(
    '/v1/search',
    {
      config: { scope: 'search', changesNothing: true, costly: true },
      preValidation: receiveUploads(deps),
      schema: {
        operationId: 'search',
        links: foundTrackLinks,
        summary: 'Find music that sounds like the seeds',
        description:
          'Seeds are links, tracks of the catalogue, or uploads: file parts of a multipart body, named by `seeds[].upload`, beside a part `request` with this JSON. A multipart body of files alone searches with all of them.',
        tags: ['search'],
        body: searchRequestSchema,
        readsBodies: {
          'multipart/form-data': z.object({ request: searchRequestSchema.optional() }).catchall(z.file()),
        },
        response: { 200: searchAnswerSchema, ...SEARCH_PROBLEMS },
      },
    },
    async (request, reply) =>
      withDeadline(deps.queryTimeoutMs, closedSignal(reply), async (signal) =>
        createSearch(await deps.searchDeps())(request.body, {
          uploads: request.uploads ?? undefined,
          signal,
        }),
      ),
  );

  app.get(
    '/v1/tracks/:id/similar',
    {
      config: { scope: 'search', costly: true },
      schema: {
        operationId: 'similarTracks',
        links: foundTrackLinks,
        summary: 'Find music that sounds like a track of the catalogue',
        tags: ['search'],
        params: trackParams,
        querystring: z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(10) }),
        response: { 200: searchAnswerSchema, ...SEARCH_PROBLEMS },
      },
    },
    async (request, reply) =>
      withDeadline(deps.queryTimeoutMs, closedSignal(reply), async (signal) =>
        createSearch(await deps.searchDeps())(
          { seeds: [{ trackId: request.params.id }], limit: request.query.limit },
          { signal },
        ),
      ),
  );
};
