import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isSoundalikeError, SoundalikeError } from '@soundalike/core';
import { Agent, fetch } from 'undici';
import { checkHost, type FetchPolicy } from './fetch-policy.ts';

/** Redirects followed before giving up. */
const MAX_REDIRECTS = 5;

/**
 * Downloads a link into a file, reaching only what the policy allows: the address is checked after resolution, at every
 * redirect, and pinned for the connection.
 *
 * @returns bytes written
 * @throws SoundalikeError `SOURCE_FORBIDDEN` (address, scheme, 401/403), `SOURCE_NOT_FOUND` (404/410), `SOURCE_TOO_LARGE`,
 *   `TIMEOUT`, `CANCELLED`, `SOURCE_FETCH_FAILED` (all else; retryable)
 */
export const fetchToFile = async (options: {
  url: string;
  target: string;
  policy: FetchPolicy;
  signal?: AbortSignal | undefined;
}): Promise<number> => {
  const { url, target, policy, signal } = options;
  const timeout = AbortSignal.timeout(policy.timeoutMs);
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    return await follow(new URL(url), target, policy, either, MAX_REDIRECTS);
  } catch (cause) {
    await rm(target, { force: true });
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
  }
};

const follow = async (
  url: URL,
  target: string,
  policy: FetchPolicy,
  signal: AbortSignal,
  redirectsLeft: number,
): Promise<number> => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new SoundalikeError('SOURCE_FORBIDDEN', `${url.href} is not an http or https link`, {
      fields: { url: url.href },
    });
  }
  const { address, family } = await checkHost(url.hostname, policy);
  const dispatcher = new Agent({
    connect: {
      lookup: (_host, { all }, callback) =>
        all ? callback(null, [{ address, family }]) : callback(null, address, family),
    },
    pipelining: 0,
  });
  try {
    // identity: a compressed body would have another size than the one that is capped.
    const response = await fetch(url, {
      redirect: 'manual',
      signal,
      dispatcher,
      headers: { 'accept-encoding': 'identity', 'user-agent': 'soundalike' },
    });
    if ([301, 302, 303, 307, 308].includes(response.status)) {
      const location = response.headers.get('location');
      await response.body?.cancel();
      if (!location || redirectsLeft === 0)
        throw new SoundalikeError(
          'SOURCE_FETCH_FAILED',
          `${url.href} redirects ${location ? 'too often' : 'to nowhere'}`,
        );
      return await follow(new URL(location, url), target, policy, signal, redirectsLeft - 1);
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw statusError(url, response.status);
    }
    return await save(
      response.body,
      Number(response.headers.get('content-length') ?? 0),
      url,
      target,
      policy,
      signal,
    );
  } finally {
    await dispatcher.destroy().catch(() => undefined);
  }
};

const save = async (
  body: unknown,
  announced: number,
  url: URL,
  target: string,
  policy: FetchPolicy,
  signal: AbortSignal,
): Promise<number> => {
  const tooLarge = () =>
    new SoundalikeError('SOURCE_TOO_LARGE', `${url.href} is larger than ${policy.maxBytes} bytes`, {
      fields: { url: url.href, maxBytes: policy.maxBytes },
    });
  if (announced > policy.maxBytes) throw tooLarge();
  let bytes = 0;
  const cap = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      bytes += chunk.length;
      callback(bytes > policy.maxBytes ? tooLarge() : null, chunk);
    },
  });
  await pipeline(
    Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]),
    cap,
    createWriteStream(target, { flags: 'wx', mode: 0o600 }),
    { signal },
  );
  return bytes;
};

const statusError = (url: URL, status: number): SoundalikeError => {
  const code =
    status === 404 || status === 410
      ? 'SOURCE_NOT_FOUND'
      : status === 401 || status === 403
        ? 'SOURCE_FORBIDDEN'
        : 'SOURCE_FETCH_FAILED';
  return new SoundalikeError(code, `${url.href} answered ${status}`, { fields: { url: url.href, status } });
};
