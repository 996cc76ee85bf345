import { SoundalikeError } from '@soundalike/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Methods that change nothing. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests that name another host (DNS rebinding) or come from another site's page (cross-site requests).
 *
 * @param allowedHosts `host` or `host:port` beside the loopback names; without a port any port is meant
 */
export const checkOrigin = (app: FastifyInstance, allowedHosts: readonly string[]): void => {
  const allowed = new Set([...LOOPBACK_NAMES, ...allowedHosts.map((host) => host.toLowerCase())]);
  const isAllowed = (host: string) => allowed.has(host) || allowed.has(host.replace(/:\d+$/, ''));
  app.addHook('onRequest', async (request) => {
    const host = request.headers.host?.toLowerCase() ?? '';
    if (!isAllowed(host))
      throw new SoundalikeError('HOST_FORBIDDEN', `The host "${host}" is not one of this server's names`, {
        fields: { host },
      });
    const origin = originHost(request);
    if (origin !== undefined && origin !== host)
      throw new SoundalikeError('HOST_FORBIDDEN', `A page of "${origin}" may not use this server`, {
        fields: { origin },
      });
    // Browsers say where a request comes from even without Origin; a form on another page must change nothing here.
    const site = request.headers['sec-fetch-site'];
    if (!SAFE.has(request.method) && (site === 'cross-site' || site === 'same-site'))
      throw new SoundalikeError('HOST_FORBIDDEN', 'A page of another site may not use this server');
  });
};

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Host of the Origin header; `null` and nonsense are nobody's origin and match no host. */
const originHost = ({ headers: { origin } }: FastifyRequest): string | undefined => {
  if (origin === undefined) return undefined;
  try {
    return new URL(origin).host.toLowerCase();
  } catch {
    return origin;
  }
};
