import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSoundalikeError, SoundalikeError } from '@soundalike/core/errors';
import type { FetchRequest } from './fetch-policy.ts';

/** Tries of one transfer; what has arrived is kept between them. */
const TRIES = 5;

/** First pause between tries, ms; each is twice as long, with up to half of it by chance. */
const PAUSE_MS = 250;

/** Longest pause, also where a server asks for more, ms. */
const MAX_PAUSE_MS = 15_000;

/** A body on its way, from byte `from` on: 0 where the other side does not resume. */
export interface OpenedBody {
  readonly body: Readable;
  readonly from: number;
  /** Whole size in bytes, where announced. */
  readonly size: number | null;
  /** Version mark: of use to resume, and to ask later whether anything changed. */
  readonly etag: string | null;
}

export interface Downloaded {
  readonly bytes: number;
  readonly etag: string | null;
}

/** Opens a body from byte `from` on; with `version` only where it is still that one. The signal also ends it when time is up. */
type Open = (request: {
  from: number;
  version: string | null;
  signal: AbortSignal;
}) => Promise<OpenedBody | 'unchanged'>;

/**
 * Streams a body into a file of at most `policy.maxBytes`; a transfer that breaks is resumed where it stopped, after growing pauses.
 *
 * @param request.policy its time is for all tries and pauses together
 * @throws SoundalikeError `SOURCE_TOO_LARGE`, `TIMEOUT` (naming what the last try ended with), `CANCELLED`, `SOURCE_UNUSABLE`, `SOURCE_FETCH_FAILED`, and what `open`
 *   throws; the file is gone then
 */
export const download = async (
  request: Pick<FetchRequest, 'url' | 'target' | 'policy' | 'signal'>,
  open: Open,
): Promise<Downloaded | 'unchanged'> => {
  const { url: name, target, policy } = request;
  const { maxBytes, timeoutMs } = policy;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
  const transfer: Transfer = { name, target, maxBytes, signal, open, written: 0, version: null };
  let failed: unknown;
  try {
    for (let tries = 1; ; tries++) {
      try {
        return await receive(transfer);
      } catch (error) {
        if (signal.aborted || tries >= TRIES || !isPassing(error)) throw error;
        failed = error;
        await sleep(pauseOf(tries, error), undefined, { signal });
      }
    }
  } catch (cause) {
    await rm(target, { force: true });
    if (request.signal?.aborted)
      throw new SoundalikeError('CANCELLED', `Stopped while fetching ${name}`, { cause });
    if (timeout.aborted) throw timedOut({ name, timeoutMs, failed, cause });
    if (isSoundalikeError(cause)) throw cause;
    throw new SoundalikeError('SOURCE_FETCH_FAILED', `${name} could not be fetched: ${wordsOf(cause)}`, {
      cause,
      fields: { url: name },
    });
  }
};

/** A download on its way: how many bytes are in the file, of which version. */
interface Transfer {
  readonly name: string;
  readonly target: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly open: Open;
  written: number;
  version: string | null;
}

/** One try, from where the one before it stopped. */
const receive = async (transfer: Transfer): Promise<Downloaded | 'unchanged'> => {
  const { name, target, maxBytes, signal, open } = transfer;
  const { version } = transfer;
  const opened = await open({ from: version === null ? 0 : transfer.written, version, signal });
  if (opened === 'unchanged') return opened;
  const { body, from, size, etag } = opened;
  const refusal =
    from > transfer.written
      ? notAsked(name, from, transfer.written)
      : (size ?? 0) > maxBytes && tooLarge(name, maxBytes);
  if (refusal) {
    body.destroy();
    throw refusal;
  }
  transfer.written = from;
  transfer.version = etag;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      if (transfer.written + chunk.length > maxBytes) return callback(tooLarge(name, maxBytes));
      transfer.written += chunk.length;
      callback(null, chunk);
    },
  });
  const file = createWriteStream(target, { flags: from === 0 ? 'w' : 'r+', start: from, mode: 0o600 });
  await pipeline(body, count, file, { signal });
  if (size !== null && transfer.written < size) throw new Error(`${name} ended early`);
  return { bytes: transfer.written, etag };
};

/** What the last whole try ended with says more than the clock: that a server is busy, for example. */
const timedOut = ({
  name,
  timeoutMs,
  failed,
  cause,
}: {
  name: string;
  timeoutMs: number;
  failed: unknown;
  cause: unknown;
}) =>
  new SoundalikeError(
    'TIMEOUT',
    `${name} took longer than ${timeoutMs / 1000} s${failed === undefined ? '' : `; the last try: ${wordsOf(failed)}`}`,
    { cause: failed ?? cause, fields: { url: name } },
  );

const wordsOf = (error: unknown): string => (error as Error)?.message || String(error);

/** A part from further on would leave a hole in the file. */
const notAsked = (name: string, from: number, asked: number) =>
  new SoundalikeError(
    asked === 0 ? 'SOURCE_UNUSABLE' : 'SOURCE_FETCH_FAILED',
    `${name} answered with its bytes from ${from} on, where those from ${asked} on were asked for`,
    { fields: { url: name } },
  );

const tooLarge = (name: string, maxBytes: number) =>
  new SoundalikeError('SOURCE_TOO_LARGE', `${name} is larger than ${maxBytes} bytes`, {
    fields: { url: name, maxBytes },
  });

/** Whether another try soon may do better: a connection that broke, a server that is busy or failing. */
const isPassing = (error: unknown): boolean => {
  if (!isSoundalikeError(error)) return true;
  const status = Number(error.fields.status ?? 0);
  return status >= 500 || status === 408 || status === 425 || status === 429;
};

const pauseOf = (tries: number, error: unknown): number => {
  const asked = isSoundalikeError(error) ? Number(error.fields.retryAfterMs ?? 0) : 0;
  return Math.min(MAX_PAUSE_MS, Math.max(asked, PAUSE_MS * 2 ** (tries - 1) * (1 + Math.random() / 2)));
};
