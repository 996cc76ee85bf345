import { redactUrl } from '@soundalike/core';
import type { FastifyInstance } from 'fastify';

/** Links are kept with what fetching them takes; answers, problems among them, show them without passwords and signatures. Streams pass as they are. */
export const hideSecrets = (app: FastifyInstance): void => {
  app.addHook('onSend', async (_request, _reply, payload) =>
    typeof payload === 'string' ? redactUrl(payload) : payload,
  );
};
