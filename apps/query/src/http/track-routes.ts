import { type HttpApp, problemResponses } from '@soundalike/http';
import { z } from 'zod';
import { trackDocument } from '../tracks/track-document.ts';
import { trackSchema } from '../tracks/track-schema.ts';
import { trackPageSchema } from './documents.ts';
import { findTrack } from './find-track.ts';
import type { QueryDeps } from './query-deps.ts';

/** A track by its id or by its own id in the manifest. */
export const trackParams = z.strictObject({ id: z.string().min(1).max(200) });

const text = z.string().min(1).max(500).optional();
const year = z.coerce.number().int().min(0).max(9999).optional();

const listQuery = z.strictObject({
  q: z.string().max(500).optional(),
  artist: text,
  album: text,
  genre: text,
  tag: text,
  yearFrom: year,
  yearTo: year,
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** `GET /v1/tracks` and `/v1/tracks/:id`: the catalogue's metadata. */
export const trackRoutes = (app: HttpApp, { catalogue }: QueryDeps): void => {
  app.get(
    '/v1/tracks',
    {
      config: { scope: 'search' },
      schema: {
        operationId: 'listTracks',
        links: {
          200: Object.fromEntries(
            ['getTrack', 'similarTracks'].map((operationId) => [
              operationId,
              { operationId, parameters: { id: '$response.body#/tracks/0/trackId' } },
            ]),
          ),
        },
        summary: 'List the catalogue: text search, filters, pages',
        tags: ['tracks'],
        querystring: listQuery,
        response: {
          200: trackPageSchema,
          ...problemResponses('DATABASE_UNAVAILABLE'),
        },
      },
    },
    async ({ query: { q, artist, album, genre, tag, yearFrom, yearTo, cursor, limit } }) => {
      const found = await catalogue.listTracks({
        query: q,
        filter: {
          artist,
          album,
          genre,
          tags: tag ? { any: [tag] } : undefined,
          year: { from: yearFrom, to: yearTo },
        },
        after: cursor,
        limit: limit + 1,
      });
      const tracks = found.slice(0, limit);
      return {
        tracks: tracks.map(trackDocument),
        nextCursor: found.length > limit ? (tracks.at(-1)?.id ?? null) : null,
      };
    },
  );

  app.get(
    '/v1/tracks/:id',
    {
      config: { scope: 'search' },
      schema: {
        operationId: 'getTrack',
        summary: 'One track of the catalogue',
        tags: ['tracks'],
        params: trackParams,
        response: { 200: trackSchema, ...problemResponses('TRACK_NOT_FOUND', 'DATABASE_UNAVAILABLE') },
      },
    },
    async ({ params: { id } }) => trackDocument(await findTrack(catalogue, id)),
  );
};
