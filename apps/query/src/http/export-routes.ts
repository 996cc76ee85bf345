import { SoundalikeError } from '@soundalike/core';
import { type HttpApp, problemResponses } from '@soundalike/http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { exportedResults, withPath } from '../export/exported-tracks.ts';
import {
  EXPORT_FORMATS,
  EXPORT_TYPES,
  type ExportedTrack,
  type ExportFormat,
  formatExport,
} from '../export/format-export.ts';
import { createSearch } from '../search/create-search.ts';
import { matchSchema, verdictSchema } from '../search/search-answer.ts';
import { searchRequestSchema } from '../search/search-request.ts';
import { trackFieldsOf } from '../tracks/track-document.ts';
import { trackFields } from '../tracks/track-schema.ts';
import { closedSignal } from './closed-signal.ts';
import type { QueryDeps } from './query-deps.ts';
import { receiveUploads } from './receive-uploads.ts';
import { SEARCH_PROBLEMS } from './search-routes.ts';
import { withDeadline } from './with-deadline.ts';

const querystring = z.strictObject({ format: z.enum(EXPORT_FORMATS) });

const text = { schema: z.string() };
const exported = {
  description: 'The list as a file',
  content: {
    [EXPORT_TYPES.m3u8]: text,
    [EXPORT_TYPES.csv]: text,
    [EXPORT_TYPES.json]: {
      schema: z.strictObject({
        tracks: z.array(
          z.strictObject({
            ...trackFields,
            score: z.number().optional(),
            verdict: verdictSchema.optional(),
            matches: z.array(matchSchema).optional(),
            path: z.string().nullable(),
          }),
        ),
      }),
    },
  },
};

/** Tracks of one list at most. */
const MAX_TRACKS = 1_000;

/** `POST /v1/search/export` and `/v1/tracks/export`: what was found, or a list, as a playlist with real paths, a table or JSON. */
export const exportRoutes = (app: HttpApp, deps: QueryDeps): void => {
  app.post(
    '/v1/search/export',
    {
      config: { scope: 'search', changesNothing: true, costly: true },
      preValidation: receiveUploads(deps),
      schema: {
        summary: 'Search, and answer with the results as a file',
        tags: ['search'],
        querystring,
        body: searchRequestSchema,
        readsBodies: {
          'multipart/form-data': z.object({ request: searchRequestSchema.optional() }).catchall(z.file()),
        },
        response: { 200: exported, ...SEARCH_PROBLEMS },
      },
    },
    (request, reply) =>
      withDeadline(deps.queryTimeoutMs, closedSignal(reply), async (signal) => {
        const search = createSearch(await deps.searchDeps());
        const { results } = await search(request.body, { uploads: request.uploads ?? undefined, signal });
        const roots = await deps.roots();
        return send(exportedResults(results, roots), request.query.format, reply as unknown as FastifyReply);
      }),
  );

  app.post(
    '/v1/tracks/export',
    {
      config: { scope: 'search', changesNothing: true },
      schema: {
        summary: 'A list of tracks as a file',
        tags: ['tracks'],
        querystring,
        body: z.strictObject({ trackIds: z.array(z.string().min(1).max(200)).min(1).max(MAX_TRACKS) }),
        response: { 200: exported, ...problemResponses('TRACK_NOT_FOUND', 'DATABASE_UNAVAILABLE') },
      },
    },
    async (request, reply) => {
      const { trackIds } = request.body;
      const [found, roots] = await Promise.all([deps.catalogue.getTracks(trackIds), deps.roots()]);
      const tracks = trackIds.map((id) => {
        const track = found.get(id);
        if (!track) throw new SoundalikeError('TRACK_NOT_FOUND', `No track has the id "${id}"`);
        return withPath(trackFieldsOf(track), roots);
      });
      return send(tracks, request.query.format, reply as unknown as FastifyReply);
    },
  );
};

const send = (tracks: readonly ExportedTrack[], format: ExportFormat, reply: FastifyReply) =>
  reply
    .headers({
      'content-type': `${EXPORT_TYPES[format]}; charset=utf-8`,
      'content-disposition': `attachment; filename="soundalike.${format}"`,
    })
    .serializer((body: string) => body)
    .send(formatExport(tracks, format));
