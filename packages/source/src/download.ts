import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSoundalikeError, SoundalikeError } from '@soundalike/core';

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

/**
 * Streams a body into a file of at most `maxBytes`; a transfer that breaks is resumed where it stopped, after growing pauses.
 *
 * @param options.open opens the body from a byte on; with `version` only where it is still that one
 * @throws SoundalikeError `SOURCE_TOO_LARGE`, `SOURCE_FETCH_FAILED`, and what `open` throws; the file is gone then
 */
export const download = async (options: {
  name: string;
  target: string;
  maxBytes: number;
  signal: AbortSignal;
  open(request: { from: number; version: string | null }): Promise<OpenedBody | 'unchanged'>;
}): Promise<Downloaded | 'unchanged'> => {
  const { name, target, maxBytes, signal, open } = options;
  let written = 0;
  let version: string | null = null;
  try {
    for (let tries = 1; ; tries++) {
      try {
        const opened = await open({ from: version === null ? 0 : written, version });
        if (opened === 'unchanged') return opened;
        if (opened.from > written) {
          opened.body.destroy();
          throw notAsked(name, opened.from, written);
        }
        written = opened.from;
        version = opened.etag;
        if ((opened.size ?? 0) > maxBytes) {
          opened.body.destroy();
          throw tooLarge(name, maxBytes);
        }
        const count = new Transform({
          transform(chunk: Buffer, _encoding, callback) {
            if (written + chunk.length > maxBytes) return callback(tooLarge(name, maxBytes));
            written += chunk.length;
            callback(null, chunk);
          },
        });
        const file = createWriteStream(target, {
          flags: opened.from === 0 ? 'w' : 'r+',
          start: opened.from,
          mode: 0o600,
        });
        await pipeline(opened.body, count, file, { signal });
        if (opened.size !== null && written < opened.size) throw new Error(`${name} ended early`);
        return { bytes: written, etag: version };
      } catch (error) {
        if (signal.aborted || tries >= TRIES || !isPassing(error)) throw error;
        await sleep(pauseOf(tries, error), undefined, { signal });
      }
    }
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
};

/** A part from further on would leave a hole in the file. */
const notAsked = (name: string, from: number, asked: number) =>
  new SoundalikeError(
    'SOURCE_FETCH_FAILED',
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
