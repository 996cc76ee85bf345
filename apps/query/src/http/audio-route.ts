import { Readable } from 'node:stream';
import { SoundalikeError } from '@soundalike/core';
import { type HttpApp, problemResponses } from '@soundalike/http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { audioContent } from './audio-content.ts';
import { audioType } from './audio-type.ts';
import { findTrack } from './find-track.ts';
import { openTrackFile, type TrackFile } from './open-track-file.ts';
import { parseRange } from './parse-range.ts';
import type { QueryDeps } from './query-deps.ts';
import { trackParams } from './track-routes.ts';

/** `GET /v1/tracks/:id/audio`: the file as it is, with ranges, so that players can jump. */
export const audioRoute = (app: HttpApp, { catalogue, roots }: QueryDeps): void => {
  app.get(
    '/v1/tracks/:id/audio',
    {
      config: { scope: 'search' },
      schema: {
        summary: "A track's audio, whole or a range of its bytes",
        tags: ['tracks'],
        params: trackParams,
        response: {
          200: audioContent('The whole file'),
          206: audioContent('The bytes that Range asked for'),
          304: z.null().describe('Not modified'),
          ...problemResponses(
            'TRACK_NOT_FOUND',
            'SOURCE_FORBIDDEN',
            'RANGE_NOT_SATISFIABLE',
            'DATABASE_UNAVAILABLE',
          ),
        },
      },
    },
    async (request, reply) => {
      const track = await findTrack(catalogue, request.params.id);
      const file = await openTrackFile({ catalogue, trackId: track.id, roots: await roots() });
      try {
        return await answer(file, reply as unknown as FastifyReply);
      } catch (error) {
        await file.handle.close();
        throw error;
      }

      async function answer({ handle, path, size, modifiedMs }: TrackFile, reply: FastifyReply) {
        const etag = `"${size.toString(36)}-${modifiedMs.toString(36)}"`;
        reply.headers({ 'accept-ranges': 'bytes', etag, 'cache-control': 'private, no-cache' });
        if (request.headers['if-none-match'] === etag) {
          await handle.close();
          return reply.status(304).send();
        }
        const { range: wanted, 'if-range': condition } = request.headers;
        const range = condition === undefined || condition === etag ? parseRange(wanted, size) : undefined;
        if (range === 'unsatisfiable') {
          reply.header('content-range', `bytes */${size}`);
          throw new SoundalikeError('RANGE_NOT_SATISFIABLE', `${wanted} is not in a file of ${size} bytes`);
        }
        const { start, end } = range ?? { start: 0, end: size - 1 };
        reply.headers({ 'content-type': audioType(path), 'content-length': Math.max(end - start + 1, 0) });
        if (range) reply.status(206).header('content-range', `bytes ${start}-${end}/${size}`);
        if (request.method === 'HEAD' || size === 0) {
          await handle.close();
          return reply.send(Readable.from([]));
        }
        return reply.send(handle.createReadStream({ start, end }));
      }
    },
  );
};
