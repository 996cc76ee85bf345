import type { FastifyRequest } from 'fastify';

const NAME = 'soundalike_session';

/** How long a browser stays let in, seconds: 30 days. */
export const SESSION_SECONDS = 30 * 24 * 3600;

/** The token of the session that a browser is in. */
export const readSessionToken = ({ headers: { cookie = '' } }: FastifyRequest): string | undefined =>
  cookie
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${NAME}=`))
    ?.slice(NAME.length + 1);

/** The cookie that keeps a session: no script reads it, no other site's request carries it. An empty token ends it. */
export const sessionCookie = (token: string, request: FastifyRequest): string => {
  const isSecure = request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https';
  return [
    `${NAME}=${token}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${token === '' ? 0 : SESSION_SECONDS}`,
    ...(isSecure ? ['Secure'] : []),
  ].join('; ');
};
