import { SoundalikeError } from '@soundalike/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hashSecret, isApiKey } from './api-key.ts';
import type { KeyRing, Sender } from './key-ring.ts';
import { accessOf, allows, SCOPES } from './scope.ts';
import { readSessionToken } from './session-cookie.ts';

/** Where no key is needed. */
const ANYBODY: Sender = { keyId: null, name: null, scopes: new Set(SCOPES) };

/**
 * Lets a request through only with a key, or a session opened with one, whose scopes the route asks for. A key is looked up for every
 * request: what is revoked ends with its next one.
 */
export const checkKey = (app: FastifyInstance, ring: KeyRing): void => {
  app.decorateRequest('sender', null);
  app.addHook('onRequest', async (request, reply) => {
    const access = accessOf(request.routeOptions.config);
    request.sender = ring.needed ? ((await findSender(request, ring)) ?? null) : ANYBODY;
    if (request.sender?.keyId) request.log = request.log.child({ key: request.sender.keyId });
    // An address without a route is nobody's; its answer says so and no more.
    if (access === 'public' || request.is404) return;
    if (!request.sender) throw unauthorized(request, reply);
    if (!allows(request.sender.scopes, access))
      throw new SoundalikeError(
        'FORBIDDEN',
        `The key "${request.sender.name}" has the scopes ${[...request.sender.scopes].join(', ')}; this needs ${access}`,
        { fields: { needed: access } },
      );
  });
};

const findSender = async (request: FastifyRequest, ring: KeyRing): Promise<Sender | undefined> => {
  const given = readBearer(request);
  // A request that shows a key is judged by it alone: a wrong one is not made good by a session.
  if (given !== undefined) return isApiKey(given) ? ring.findKey(hashSecret(given)) : undefined;
  const token = readSessionToken(request);
  return token === undefined ? undefined : ring.findSession(hashSecret(token));
};

const readBearer = ({ headers }: FastifyRequest): string | undefined =>
  headers.authorization === undefined
    ? undefined
    : (/^bearer +(\S+)$/i.exec(headers.authorization)?.[1] ?? '');

const unauthorized = (request: FastifyRequest, reply: FastifyReply): SoundalikeError => {
  reply.header('www-authenticate', 'Bearer realm="soundalike"');
  const reason =
    request.headers.authorization === undefined
      ? 'This server needs a key, as Authorization: Bearer <key>'
      : 'The key is wrong or revoked';
  return new SoundalikeError('UNAUTHORIZED', reason);
};
