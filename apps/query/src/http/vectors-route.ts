import { SoundalikeError } from '@soundalike/core';
import { type HttpApp, problemResponses } from '@soundalike/http';
import { z } from 'zod';
import { findTrack } from './find-track.ts';
import type { QueryDeps } from './query-deps.ts';
import { trackParams } from './track-routes.ts';

const vectorsSchema = z.strictObject({
  trackId: z.string(),
  /** The embedding space: vectors of another one cannot be compared with these. */
  space: z.string(),
  clips: z.array(
    z.strictObject({
      /** Where the clip starts in the track, seconds. */
      from: z.number(),
      /** Length of the vector before it was normalised. */
      scale: z.number(),
      /** 512 numbers, norm 1: the cosine is the dot product. */
      vector: z.array(z.number()),
    }),
  ),
});

/** `GET /v1/tracks/:id/vectors`: what the search knows of a track, for programs that do their own arithmetic. */
export const vectorsRoute = (app: HttpApp, deps: QueryDeps): void => {
  app.get(
    '/v1/tracks/:id/vectors',
    {
      config: { scope: 'search', costly: true },
      schema: {
        operationId: 'trackVectors',
        summary: "A track's clip embeddings",
        tags: ['tracks'],
        params: trackParams,
        response: {
          200: vectorsSchema,
          ...problemResponses(
            'TRACK_NOT_FOUND',
            'INDEX_EMPTY',
            'SPACE_MISMATCH',
            'DATABASE_UNAVAILABLE',
            'STORE_UNAVAILABLE',
          ),
        },
      },
    },
    async ({ params: { id } }) => {
      const track = await findTrack(deps.catalogue, id);
      const { store } = await deps.searchDeps();
      const stored = (await store.clipsOf([track.id])).get(track.id);
      if (!stored)
        throw new SoundalikeError('TRACK_NOT_FOUND', `The index has no vectors of track "${id}"`, {
          fields: { trackId: track.id },
        });
      return {
        trackId: track.id,
        space: store.space,
        clips: stored.clips.map(({ startMs, scale, vector }) => ({
          from: startMs / 1000,
          scale,
          vector: [...vector],
        })),
      };
    },
  );
};
