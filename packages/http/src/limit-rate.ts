import fastifyRateLimit from '@fastify/rate-limit';
import { SoundalikeError } from '@soundalike/core';
import type { FastifyInstance } from 'fastify';

/**
 * So many requests a minute for each key, counted in this process; beyond, 429 with Retry-After. Where no keys are needed, one person asks
 * his own machine and nothing is counted. Must be called before routes are added, after keys are checked.
 *
 * @param perMinute 0: no limit
 */
export const limitRate = async (app: FastifyInstance, perMinute: number): Promise<void> => {
  if (perMinute === 0) return;
  await app.register(fastifyRateLimit, {
    max: perMinute,
    timeWindow: 60_000,
    keyGenerator: ({ sender, ip }) => sender?.keyId ?? ip,
    allowList: ({ sender }) => sender !== null && sender.keyId === null,
    errorResponseBuilder: (_request, { after }) =>
      new SoundalikeError(
        'TOO_MANY_REQUESTS',
        `More than ${perMinute} requests in a minute; go on in ${after}`,
      ),
  });
};
