import { createHash, randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A fetched file older than this was left by a process that is gone, whichever host it was on, ms. */
const LEFT_BEHIND_MS = 6 * 3600 * 1000;

const NAME = /^fetch-([0-9a-f]{8})-(\d+)-/;

/** A new name for a fetched file; it says whose it is, so that others see when nobody's hand is on it any more. */
export const fetchedName = (): string => `fetch-${processesHere()}-${process.pid}-${randomUUID()}`;

/** Removes fetched files that a killed process left behind: at once where it ran beside this one, else when they are old. */
export const sweepFetched = async (temporaryFolder: string): Promise<void> => {
  for (const name of await readdir(temporaryFolder).catch(() => [])) {
    if (!name.startsWith('fetch-')) continue;
    const path = join(temporaryFolder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && isLeft(name, found.mtimeMs)) await rm(path, { force: true });
  }
};

const isLeft = (name: string, modifiedMs: number): boolean => {
  if (Date.now() - modifiedMs > LEFT_BEHIND_MS) return true;
  const [, place, pid] = NAME.exec(name) ?? [];
  if (place !== processesHere()) return false;
  // In a container that was started anew, the process that is gone had our own number.
  if (Number(pid) === process.pid) return modifiedMs < Date.now() - process.uptime() * 1000;
  return !isAlive(Number(pid));
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Where process numbers mean the same processes: this host and, on Linux, this container. */
const processesHere = (): string => {
  let space = '';
  try {
    space = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not Linux: the host says enough.
  }
  return createHash('sha256').update(`${hostname()} ${space}`).digest('hex').slice(0, 8);
};
