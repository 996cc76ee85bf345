import { open } from 'node:fs/promises';
import { type HttpApp, problemResponses } from '@soundalike/http';
import { naming, openAudio, probeAudio } from '@soundalike/source';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { linkSchema } from '../search/search-request.ts';
import { audioContent } from './audio-content.ts';
import { audioType } from './audio-type.ts';
import { closedSignal } from './closed-signal.ts';
import type { QueryDeps } from './query-deps.ts';

/**
 * `POST /v1/link-audio`: the audio behind a link that was searched with, so that the page, which loads nothing from elsewhere, can play it.
 * No way to read other things through this server: the link is fetched under the policy of every fetch, only what ffmpeg finds audio in is
 * passed on, as bytes to keep and never as a document; and a POST of JSON cannot be sent from another site's page.
 */
export const linkAudioRoute = (app: HttpApp, deps: QueryDeps): void => {
  app.post(
    '/v1/link-audio',
    {
      config: { scope: 'search', changesNothing: true },
      schema: {
        summary: 'Fetch the audio behind a link, to play it',
        tags: ['search'],
        body: z.strictObject({ url: linkSchema }),
        response: {
          200: audioContent('The whole file'),
          ...problemResponses(
            'INPUT_INVALID',
            'SOURCE_FORBIDDEN',
            'SOURCE_NOT_FOUND',
            'INDEX_EMPTY',
            'SOURCE_TOO_LARGE',
            'AUDIO_UNDECODABLE',
            'SPACE_MISMATCH',
            'SOURCE_UNUSABLE',
            'SOURCE_FETCH_FAILED',
            'STORE_UNAVAILABLE',
            'TIMEOUT',
          ),
        },
      },
    },
    async ({ body: { url } }, reply) => {
      const { fetchPolicy, temporaryFolder, ffmpeg } = await deps.searchDeps();
      const signal = closedSignal(reply);
      const audio = await openAudio({
        location: { root: null, path: url },
        roots: {},
        policy: fetchPolicy,
        temporaryFolder,
        signal,
      });
      try {
        await naming(audio, () => probeAudio({ path: audio.path, ffmpeg, signal }));
        const handle = await open(audio.path);
        const stream = handle.createReadStream();
        stream.once('close', () => void audio.dispose());
        return await (reply as unknown as FastifyReply)
          .headers({
            'content-type': audioType(new URL(url).pathname),
            'content-length': audio.size,
            'content-disposition': 'attachment',
            'cache-control': 'no-store',
          })
          .send(stream);
      } catch (error) {
        await audio.dispose();
        throw error;
      }
    },
  );
};
