import { createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SoundalikeError } from '@soundalike/core';

/** Tries that bring nothing new before giving up. */
const MAX_IDLE_TRIES = 4;

/** An answer that has sent nothing for so long is dropped and asked for again, ms. */
const STALL_MS = 30_000;

export interface DownloadOptions {
  readonly url: string;
  readonly target: string;
  readonly signal?: AbortSignal | undefined;
  /** Bytes so far and in all, where the server says. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  /** Pause before the next try, ms. */
  readonly pauseMs?: number | undefined;
}

/**
 * Downloads a file and resumes: within a call after a cut, and from what an earlier call left in `<target>.part`, where the server's
 * version of the file is still the same.
 *
 * @throws SoundalikeError `SOURCE_NOT_FOUND` (404), `SOURCE_FETCH_FAILED` with what to do offline, `CANCELLED`
 */
export const downloadResumed = async (options: DownloadOptions): Promise<void> => {
  const { url, target, signal, pauseMs = 1000 } = options;
  const part = `${target}.part`;
  let cause: unknown;
  for (let idle = 0; idle < MAX_IDLE_TRIES; ) {
    const before = await sizeOf(part);
    try {
      if (await fetchRest(options, part)) {
        await rename(part, target);
        await rm(`${part}.etag`, { force: true });
        return;
      }
      cause = new Error('the transfer ended early');
    } catch (error) {
      if (signal?.aborted) throw new SoundalikeError('CANCELLED', `Stopped while fetching ${url}`);
      if (error instanceof SoundalikeError) throw error;
      cause = error;
    }
    idle = (await sizeOf(part)) > before ? 0 : idle + 1;
    await new Promise((resolve) => setTimeout(resolve, pauseMs * idle));
  }
  throw new SoundalikeError(
    'SOURCE_FETCH_FAILED',
    `${url} cannot be reached from here (${wordsOf(cause)}). What has arrived is kept and used by the next try. Without a way to the internet, fetch the file elsewhere and give it with --from FILE.`,
    { cause, fields: { url } },
  );
};

/** Fetches what is missing. @returns whether the file is whole now */
const fetchRest = async (options: DownloadOptions, part: string): Promise<boolean> => {
  const { url, signal, onProgress } = options;
  const have = await sizeOf(part);
  const etag = await readFile(`${part}.etag`, 'utf8').catch(() => undefined);
  const isResumable = have > 0 && etag !== undefined && !etag.startsWith('W/');
  const stall = new AbortController();
  const response = await fetch(url, {
    signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal,
    headers: {
      'accept-encoding': 'identity',
      ...(isResumable ? { range: `bytes=${have}-`, 'if-range': etag } : {}),
    },
  });
  if (response.status === 404 || response.status === 410)
    throw new SoundalikeError('SOURCE_NOT_FOUND', `${url} does not exist (${response.status})`);
  if (!response.ok || !response.body) throw new Error(`it answered ${response.status}`);
  const from = response.status === 206 ? have : 0;
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const total = Number.isNaN(length) ? undefined : from + length;
  const version = response.headers.get('etag') ?? response.headers.get('last-modified');
  if (version) await writeFile(`${part}.etag`, version);
  let done = from;
  let timer = setTimeout(() => stall.abort(), STALL_MS);
  const counted = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      clearTimeout(timer);
      timer = setTimeout(() => stall.abort(), STALL_MS);
      done += chunk.length;
      onProgress?.(done, total);
      yield chunk;
    }
  };
  try {
    await pipeline(
      Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
      counted,
      createWriteStream(part, { flags: from > 0 ? 'a' : 'w' }),
    );
  } finally {
    clearTimeout(timer);
  }
  return total === undefined || done === total;
};

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0;

const wordsOf = (cause: unknown): string => {
  const { message, cause: inner } = cause as Error;
  return inner instanceof Error ? inner.message || message : message;
};
