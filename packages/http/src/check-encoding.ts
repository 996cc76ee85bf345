import { SoundalikeError } from '@soundalike/core';
import type { FastifyInstance } from 'fastify';

/** Refuses compressed bodies: a kilobyte may unpack to a gigabyte, and audio is compressed already. */
export const checkEncoding = (app: FastifyInstance): void => {
  app.addHook('onRequest', async ({ headers }, reply) => {
    const encoding = headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') return;
    // What follows is not read.
    reply.header('connection', 'close');
    throw new SoundalikeError(
      'FORMAT_UNSUPPORTED',
      `Bodies come uncompressed here, not as ${encoding.slice(0, 40)}`,
    );
  });
};
