import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, SoundalikeError } from '@soundalike/core';
import { isRunning, type ProcessIdentity, thisProcess } from './process-identity.ts';

/** How often a waiting process looks again, ms. */
const POLL_MS = 25;

/** How often the holder shows that it lives, ms; matters only to processes that cannot look up its process id. */
const HEARTBEAT_MS = 2_000;

/** A holder whose process cannot be looked up counts as dead after this long without a heartbeat, ms. */
const SILENT_MS = 30_000;

/** A waiting process that has not said so for this long is gone, ms. */
const WAITING_MS = 2_000;

/** How long to wait for others before giving up, ms: building an index over a million rows takes minutes. */
const PATIENCE_MS = 15 * 60_000;

/** When waiting is worth a line in the log, ms. */
const NOTICE_MS = 5_000;

export interface WriteLease {
  /** Runs the work while no other lease on this folder, in this or any other process, runs its own. */
  hold<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Resolves when the work asked for so far is done. */
  idle(): Promise<void>;
}

interface Holder extends ProcessIdentity {
  readonly token: string;
  readonly released?: boolean;
}

/**
 * One writer at a time over a folder. Files are numbered and made with an exclusive create; the highest number is the
 * lease, free when its holder has released it or is dead. Numbers only grow and no file is ever taken over, so of two
 * processes that find the same dead holder one cannot remove the other's new lease.
 *
 * @param options.patienceMs how long `hold` waits before it throws `STORE_UNAVAILABLE`
 */
export const createWriteLease = (options: {
  folder: string;
  logger: Logger;
  patienceMs?: number;
}): WriteLease => {
  const { folder, logger, patienceMs = PATIENCE_MS } = options;
  const me: Holder = { token: randomUUID(), ...thisProcess() };
  const waitingFile = join(folder, `waiting-${me.token}`);
  let turn: Promise<unknown> = Promise.resolve();
  let heldLast = false;

  const acquire = async (signal: AbortSignal | undefined): Promise<() => Promise<void>> => {
    await mkdir(folder, { recursive: true });
    if (heldLast && (await othersWait(folder, waitingFile))) await sleep(4 * POLL_MS);
    const since = Date.now();
    let noticed = false;
    try {
      for (;;) {
        signal?.throwIfAborted();
        const top = await highest(folder);
        const holder = top === 0 ? undefined : await holderOf(folder, top, me);
        if (!holder && (await claim(folder, top + 1, me))) return await keep(folder, top + 1, me);
        heldLast = false;
        await writeFile(waitingFile, '');
        const waited = Date.now() - since;
        if (waited > patienceMs) throw tooLong(folder, holder, waited);
        if (waited > NOTICE_MS && !noticed) {
          noticed = true;
          logger.warn({ folder, holder: holder?.pid }, 'waiting for another process to finish writing');
        }
        await sleep(POLL_MS * (0.5 + Math.random()), undefined, { signal });
      }
    } finally {
      await rm(waitingFile, { force: true });
    }
  };

  const holdNow = async <T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    const release = await acquire(signal);
    try {
      return await work();
    } finally {
      heldLast = true;
      await release();
    }
  };

  return {
    hold: (work, signal) => {
      const result = turn.then(() => holdNow(work, signal));
      turn = result.catch(() => undefined);
      return result;
    },
    idle: async () => void (await turn),
  };
};

const fileOf = (folder: string, number: number) => join(folder, `lease-${number}`);

const numbersIn = async (folder: string): Promise<number[]> =>
  (await readdir(folder)).flatMap((name) => (/^lease-\d+$/.test(name) ? [Number(name.slice(6))] : []));

const highest = async (folder: string): Promise<number> => Math.max(0, ...(await numbersIn(folder)));

/** Makes the numbered file if nobody has; true when it is the highest, so that the lease is ours. */
const claim = async (folder: string, number: number, me: Holder): Promise<boolean> => {
  const file = fileOf(folder, number);
  try {
    await writeFile(file, JSON.stringify(me), { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  // Whoever was slow may have made a number that others are past already.
  if ((await highest(folder)) === number) return true;
  await rm(file, { force: true });
  return false;
};

/** Keeps our lease alive; the function returned gives it back. */
const keep = async (folder: string, number: number, me: Holder): Promise<() => Promise<void>> => {
  const file = fileOf(folder, number);
  for (const older of await numbersIn(folder))
    if (older < number) await rm(fileOf(folder, older), { force: true });
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, HEARTBEAT_MS).unref();
  return async () => {
    clearInterval(heartbeat);
    await writeFile(file, JSON.stringify({ ...me, released: true })).catch(() => undefined);
  };
};

/** Someone holds the lease, but it cannot be said who. */
const SOMEONE: Holder = { token: '', pid: 0, started: '', place: '' };

/** Who holds the lease of this number; undefined when it is free. */
const holderOf = async (folder: string, number: number, me: Holder): Promise<Holder | undefined> => {
  const file = fileOf(folder, number);
  try {
    const [content, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const silent = Date.now() - mtimeMs > SILENT_MS;
    const holder = parse(content);
    // Made a moment ago and not yet written, or its maker died in between.
    if (!holder) return silent ? undefined : SOMEONE;
    if (holder.released) return undefined;
    const running = isRunning(holder, me);
    if (running === 'unknown') return silent ? undefined : holder;
    return running ? holder : undefined;
  } catch (error) {
    // Removed by the holder of a higher number while we looked.
    if (codeOf(error) === 'ENOENT') return SOMEONE;
    throw error;
  }
};

const parse = (content: string): Holder | undefined => {
  try {
    return JSON.parse(content) as Holder;
  } catch {
    return undefined;
  }
};

/** Whether another process asked for its turn lately; else a holder in a loop would always be first again. */
const othersWait = async (folder: string, own: string): Promise<boolean> => {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if (!name.startsWith('waiting-') || file === own) continue;
    const said = await stat(file).catch(() => undefined);
    if (said && Date.now() - said.mtimeMs < WAITING_MS) return true;
    await rm(file, { force: true });
  }
  return false;
};

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

const tooLong = (folder: string, holder: Holder | undefined, waitedMs: number) =>
  new SoundalikeError(
    'STORE_UNAVAILABLE',
    `Process ${holder?.pid ?? 'unknown'} has been writing to ${folder} for ${Math.round(waitedMs / 1000)} s. Wait for it or stop it.`,
    { fields: { pid: holder?.pid } },
  );
