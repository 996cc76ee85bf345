import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { SoundalikeError } from '@soundalike/core/errors';
import { type Downloaded, download, type OpenedBody } from './download.ts';
import { type CheckedAddress, checkHost, type FetchPolicy, type FetchRequest } from './fetch-policy.ts';

/** Redirects followed before giving up. */
const MAX_REDIRECTS = 5;

/**
 * Downloads a link into a file, reaching only what the policy allows: the address is checked after resolution, at every
 * redirect, and pinned for the connection. A transfer that breaks is resumed by range.
 *
 * @returns bytes written and the version mark, or `unchanged`
 * @throws SoundalikeError `SOURCE_FORBIDDEN` (address, scheme, 401/403), `SOURCE_NOT_FOUND` (404/410), `SOURCE_TOO_LARGE`,
 *   `TIMEOUT`, `CANCELLED`, `SOURCE_UNUSABLE` (an answer that stays), `SOURCE_FETCH_FAILED` (all else; retryable)
 */
export const fetchToFile = async (request: FetchRequest): Promise<Downloaded | 'unchanged'> => {
  const { url, policy, etag } = request;
  return download(request, ({ from, version, signal }) =>
    follow(
      new URL(url),
      { ...resumeHeaders(from, version), ...(from === 0 && etag ? unlessStill(etag) : {}) },
      policy,
      signal,
      MAX_REDIRECTS,
    ),
  );
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
  redirectsLeft: number,
): Promise<OpenedBody | 'unchanged'> => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new SoundalikeError('SOURCE_FORBIDDEN', `${url.href} is not an http or https link`, {
      fields: { url: url.href },
    });
  }
  const address = await checkHost(url.hostname, policy);
  const response = await ask(url, address, headers, signal);
  const { statusCode: status = 0 } = response;
  const header = (name: string) => response.headers[name]?.toString() ?? null;
  if (status >= 200 && status < 300) return bodyOf(url, response, header);
  response.destroy();
  if (status === 304) return 'unchanged';
  if (![301, 302, 303, 307, 308].includes(status))
    throw statusError(url, status, Number(header('retry-after')));
  const location = header('location');
  const next = location && URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  if (!next || redirectsLeft === 0)
    throw new SoundalikeError(
      'SOURCE_UNUSABLE',
      `${url.href} redirects ${next ? 'too often' : 'to nowhere'}`,
    );
  return follow(next, headers, policy, signal, redirectsLeft - 1);
};

/**
 * One request on a connection of its own to the address that was checked. Node's own client and not undici's: undici 7 ends the process where a
 * server closes a connection while its body waits to be read (nodejs/undici#5360).
 */
const ask = (
  url: URL,
  { address, family }: CheckedAddress,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      agent: false,
      signal,
      lookup: (_host, { all }, callback) =>
        all ? callback(null, [{ address, family }]) : callback(null, address, family),
      // identity: a compressed body would have another size than the one that is capped.
      headers: { 'accept-encoding': 'identity', 'user-agent': 'soundalike', ...headers },
    });
    request.once('response', resolve);
    request.on('error', reject); // also what comes after the answer: its body tells of that
    request.end();
  });

const bodyOf = (url: URL, body: IncomingMessage, header: (name: string) => string | null): OpenedBody => {
  const encoding = header('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    body.destroy();
    throw new SoundalikeError('SOURCE_UNUSABLE', `${url.href} comes compressed (${encoding}), unasked`);
  }
  const range = /^bytes (\d+)-\d+\/(\d+)/.exec(header('content-range') ?? '');
  const length = header('content-length');
  return {
    body,
    from: body.statusCode === 206 ? Number(range?.[1] ?? 0) : 0,
    size: range ? Number(range[2]) : length === null ? null : Number(length),
    etag: header('etag') ?? header('last-modified'),
  };
};

/** Refusals that another try may get past: time and order of requests, a file that is locked, or has changed since a part of it was fetched. */
const PASSING = new Set([408, 409, 412, 416, 423, 425, 429]);

const statusError = (url: URL, status: number, retryAfter: number): SoundalikeError => {
  const code =
    status === 404 || status === 410
      ? 'SOURCE_NOT_FOUND'
      : status === 401 || status === 403
        ? 'SOURCE_FORBIDDEN'
        : status >= 300 && status < 500 && !PASSING.has(status)
          ? 'SOURCE_UNUSABLE'
          : 'SOURCE_FETCH_FAILED';
  return new SoundalikeError(code, `${url.href} answered ${status}`, {
    fields: { url: url.href, status, ...(retryAfter > 0 ? { retryAfterMs: retryAfter * 1000 } : {}) },
  });
};
