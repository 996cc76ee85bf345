import { Readable } from 'node:stream';
import { isSoundalikeError, SoundalikeError } from '@soundalike/core';
import type { Agent } from 'undici';
import { type Downloaded, download, type OpenedBody } from './download.ts';
import { checkHost, type FetchPolicy } from './fetch-policy.ts';

/** Redirects followed before giving up. */
const MAX_REDIRECTS = 5;

/**
 * Downloads a link into a file, reaching only what the policy allows: the address is checked after resolution, at every
 * redirect, and pinned for the connection. A transfer that breaks is resumed by range.
 *
 * @param options.etag of an earlier answer: nothing is fetched where it still holds
 * @returns bytes written and the version mark, or `unchanged`
 * @throws SoundalikeError `SOURCE_FORBIDDEN` (address, scheme, 401/403), `SOURCE_NOT_FOUND` (404/410), `SOURCE_TOO_LARGE`,
 *   `TIMEOUT`, `CANCELLED`, `SOURCE_FETCH_FAILED` (all else; retryable)
 */
export const fetchToFile = async (options: {
  url: string;
  target: string;
  policy: FetchPolicy;
  etag?: string | null | undefined;
  signal?: AbortSignal | undefined;
}): Promise<Downloaded | 'unchanged'> => {
  const { url, target, policy, etag, signal } = options;
  const timeout = AbortSignal.timeout(policy.timeoutMs);
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
  const dispatchers: Agent[] = [];
  try {
    return await download({
      name: url,
      target,
      maxBytes: policy.maxBytes,
      signal: either,
      open: ({ from, version }) =>
        follow(
          new URL(url),
          { ...resumeHeaders(from, version), ...(from === 0 && etag ? unlessStill(etag) : {}) },
          policy,
          either,
          dispatchers,
          MAX_REDIRECTS,
        ),
    });
  } catch (cause) {
    if (isSoundalikeError(cause)) throw cause;
    if (signal?.aborted) throw new SoundalikeError('CANCELLED', `Stopped while fetching ${url}`, { cause });
    if (timeout.aborted)
      throw new SoundalikeError('TIMEOUT', `${url} took longer than ${policy.timeoutMs / 1000} s`, {
        cause,
        fields: { url },
      });
    const reason =
      cause instanceof TypeError && cause.cause instanceof Error
        ? cause.cause.message
        : String((cause as Error)?.message ?? cause);
    throw new SoundalikeError('SOURCE_FETCH_FAILED', `${url} could not be fetched: ${reason}`, {
      cause,
      fields: { url },
    });
  } finally {
    for (const dispatcher of dispatchers) await dispatcher.destroy().catch(() => undefined);
  }
};

/** A mark is an ETag (in quotes), or the date of the last change. */
const unlessStill = (mark: string): Record<string, string> =>
  mark.includes('"') ? { 'if-none-match': mark } : { 'if-modified-since': mark };

/** Only a strong mark says that the bytes are the same. */
const resumeHeaders = (from: number, version: string | null): Record<string, string> =>
  from > 0 && version !== null && !version.startsWith('W/')
    ? { range: `bytes=${from}-`, 'if-range': version }
    : {};

const follow = async (
  url: URL,
  headers: Record<string, string>,
  policy: FetchPolicy,
  signal: AbortSignal,
  dispatchers: Agent[],
  redirectsLeft: number,
): Promise<OpenedBody | 'unchanged'> => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new SoundalikeError('SOURCE_FORBIDDEN', `${url.href} is not an http or https link`, {
      fields: { url: url.href },
    });
  }
  const { address, family } = await checkHost(url.hostname, policy);
  // Loaded with the first link: commands that only look at the database start sooner.
  const { Agent: Dispatcher, fetch } = await import('undici');
  const dispatcher = new Dispatcher({
    connect: {
      lookup: (_host, { all }, callback) =>
        all ? callback(null, [{ address, family }]) : callback(null, address, family),
    },
    pipelining: 0,
  });
  dispatchers.push(dispatcher);
  // identity: a compressed body would have another size than the one that is capped.
  const response = await fetch(url, {
    redirect: 'manual',
    signal,
    dispatcher,
    headers: { 'accept-encoding': 'identity', 'user-agent': 'soundalike', ...headers },
  });
  if ([301, 302, 303, 307, 308].includes(response.status)) {
    const location = response.headers.get('location');
    await response.body?.cancel();
    if (!location || redirectsLeft === 0)
      throw new SoundalikeError(
        'SOURCE_FETCH_FAILED',
        `${url.href} redirects ${location ? 'too often' : 'to nowhere'}`,
      );
    return follow(new URL(location, url), headers, policy, signal, dispatchers, redirectsLeft - 1);
  }
  if (response.status === 304) {
    await response.body?.cancel();
    return 'unchanged';
  }
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw statusError(url, response.status, Number(response.headers.get('retry-after')));
  }
  const range = /^bytes (\d+)-\d+\/(\d+)/.exec(response.headers.get('content-range') ?? '');
  const length = response.headers.get('content-length');
  return {
    body: Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
    from: response.status === 206 ? Number(range?.[1] ?? 0) : 0,
    size: range ? Number(range[2]) : length === null ? null : Number(length),
    etag: response.headers.get('etag') ?? response.headers.get('last-modified'),
  };
};

const statusError = (url: URL, status: number, retryAfter: number): SoundalikeError => {
  const code =
    status === 404 || status === 410
      ? 'SOURCE_NOT_FOUND'
      : status === 401 || status === 403
        ? 'SOURCE_FORBIDDEN'
        : 'SOURCE_FETCH_FAILED';
  return new SoundalikeError(code, `${url.href} answered ${status}`, {
    fields: { url: url.href, status, ...(retryAfter > 0 ? { retryAfterMs: retryAfter * 1000 } : {}) },
  });
};
