import { randomBytes } from 'node:crypto';
import { SoundalikeError } from '@soundalike/core';
import { z } from 'zod';
import { hashSecret, isApiKey } from './api-key.ts';
import type { HttpApp } from './create-http-app.ts';
import type { KeyRing } from './key-ring.ts';
import { SCOPES } from './scope.ts';
import { readSessionToken, SESSION_SECONDS, sessionCookie } from './session-cookie.ts';

const sessionSchema = z.strictObject({
  /** Whether this server asks for keys at all. */
  keysNeeded: z.boolean(),
  /** What the sender is called; null where nobody needs to say, or has said. */
  name: z.string().nullable(),
  /** What the sender may do; empty: nothing yet. */
  scopes: z.array(z.enum(SCOPES)),
});

/** `/v1/session`: a browser shows its key once and is let in by a cookie from then on, so that pages, players and event streams need no key. */
export const sessionRoutes = (app: HttpApp, ring: KeyRing): void => {
  app.get(
    '/v1/session',
    {
      config: { scope: 'public' },
      schema: {
        summary: 'Whether a key is needed, and what the sender may do',
        tags: ['access'],
        response: { 200: sessionSchema },
      },
    },
    async ({ sender }) => ({
      keysNeeded: ring.needed,
      name: sender?.name ?? null,
      scopes: [...(sender?.scopes ?? [])],
    }),
  );

  app.post(
    '/v1/session',
    {
      config: { scope: 'public' },
      schema: {
        summary: 'Open a session with a key',
        description:
          'The answer sets a cookie that no script can read and that ends with the key, or after 30 days.',
        tags: ['access'],
        body: z.strictObject({ key: z.string().min(1).max(200) }),
        response: { 200: sessionSchema },
      },
    },
    async (request, reply) => {
      const { key } = request.body;
      const sender = isApiKey(key) ? await ring.findKey(hashSecret(key)) : undefined;
      if (!sender?.keyId) throw new SoundalikeError('UNAUTHORIZED', 'The key is wrong or revoked');
      const token = randomBytes(32).toString('base64url');
      const expiresAt = Date.now() + SESSION_SECONDS * 1000;
      await ring.addSession({ hash: hashSecret(token), keyId: sender.keyId, expiresAt });
      reply.header('set-cookie', sessionCookie(token, request));
      return { keysNeeded: ring.needed, name: sender.name, scopes: [...sender.scopes] };
    },
  );

  app.delete(
    '/v1/session',
    {
      config: { scope: 'public' },
      schema: {
        summary: 'End the session',
        tags: ['access'],
        response: { 204: z.null().describe('Ended') },
      },
    },
    async (request, reply) => {
      const token = readSessionToken(request);
      if (token !== undefined) await ring.removeSession(hashSecret(token));
      return reply.header('set-cookie', sessionCookie('', request)).status(204).send(null);
    },
  );
};
