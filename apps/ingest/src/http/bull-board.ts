import { AsyncLocalStorage } from 'node:async_hooks';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { isSoundalikeError } from '@soundalike/core';
import { CONTENT_SECURITY_POLICY, type HttpApp } from '@soundalike/http';
import type { BullmqQueue } from '@soundalike/queue';
import { type IngestHttpDeps, mayAct } from './ingest-http-deps.ts';
import { BOARD_PATH } from './queue-routes.ts';

/** Its page finds its files by a base address of its own. What it would load from elsewhere (a font) stays refused. */
const POLICY = CONTENT_SECURITY_POLICY.replace("base-uri 'none'", "base-uri 'self'");

/**
 * bull-board for the raw queue, where that is Redis. It knows no keys of its own: whoever lacks the admin scope gets it read-only, which it
 * enforces itself. Its pages are ours to serve, so its routes carry the scope like every other.
 */
export const registerBullBoard = async (app: HttpApp, deps: IngestHttpDeps): Promise<void> => {
  if (deps.queue.kind !== 'bullmq') return;
  const sender = new AsyncLocalStorage<{ mayAct: boolean }>();
  const adapter = new FastifyAdapter();
  adapter.setBasePath(BOARD_PATH);
  const queue = new BullMQAdapter((deps.queue as BullmqQueue).bull, {
    description: 'Jobs carry item ids; the ledger has the story of each item.',
  });
  // Whether the board is read-only is a property of the queue; here it depends on who asks.
  Object.defineProperty(queue, 'readOnlyMode', { get: () => !sender.getStore()?.mayAct });
  createBullBoard({
    queues: [queue],
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Soundalike' } },
  });
  await app.register(
    async (board) => {
      board.addHook('onRoute', (route) => {
        route.config = { ...route.config, scope: 'ingest' };
        // Its requests are checked by bull-board, not by our schemas.
        route.validatorCompiler = () => (data: unknown) => ({ value: data });
        route.serializerCompiler = () => JSON.stringify;
        // Its own handler would make a 500 of a missing key.
        route.errorHandler = (error, request, reply) => {
          if (!isSoundalikeError(error)) throw error;
          return app.errorHandler(error, request, reply as never);
        };
      });
      board.addHook('onRequest', async (_request, reply) => {
        reply.header('content-security-policy', POLICY);
      });
      board.addHook('onRequest', (request, _reply, done) =>
        sender.run({ mayAct: mayAct(deps, request) }, done),
      );
      await board.register(adapter.registerPlugin());
    },
    { prefix: BOARD_PATH },
  );
};
