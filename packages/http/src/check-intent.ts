import { SoundalikeError } from '@soundalike/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Bodies that a form on any page may send without asking; every other request of another site asks first, and is refused. */
const FORM_TYPES = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;

/**
 * Refuses a change that a page of another site could have had a browser send: changes come as JSON (or another type that is no form's), or
 * with the header `x-soundalike`. A request with an Authorization header is no browser's doing either.
 */
export const checkIntent = (app: FastifyInstance): void => {
  app.addHook('onRequest', async (request) => {
    if (request.method !== 'POST' || request.routeOptions.config.changesNothing || request.is404) return;
    if (hasIntent(request)) return;
    throw new SoundalikeError(
      'INTENT_MISSING',
      'A change needs a JSON body or the header x-soundalike: 1, which pages of other sites cannot send',
    );
  });
};

const hasIntent = ({ headers }: FastifyRequest): boolean =>
  headers['x-soundalike'] !== undefined ||
  headers.authorization !== undefined ||
  (headers['content-type'] !== undefined && !FORM_TYPES.test(headers['content-type']));
