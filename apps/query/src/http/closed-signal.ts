import type { FastifyReply } from 'fastify';

/** Aborted when the client is gone before its answer: nobody waits for the work any more. */
export const closedSignal = (reply: FastifyReply): AbortSignal => {
  const closed = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) closed.abort();
  });
  return closed.signal;
};
