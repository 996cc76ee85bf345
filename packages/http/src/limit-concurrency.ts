import { SoundalikeError } from '@soundalike/core';
import type { FastifyInstance } from 'fastify';

/**
 * So many costly requests (routes with `costly` in their config) at work at once; beyond, 429 with Retry-After at once, for a queue would only
 * make everybody wait. A request takes its place once its body is there: a slow sender keeps nobody out.
 */
export const limitConcurrency = (app: FastifyInstance, most: number): void => {
  let atWork = 0;
  app.addHook('preHandler', async (request, reply) => {
    if (!request.routeOptions.config.costly) return;
    if (atWork >= most)
      throw new SoundalikeError('TOO_MANY_REQUESTS', `${most} searches are at work; try again in a moment`);
    atWork += 1;
    // Fires in every case, also when the client goes away.
    reply.raw.once('close', () => {
      atWork -= 1;
    });
  });
};
