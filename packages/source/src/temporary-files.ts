import { createHash, randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** What is older than this was left by a process that is gone, whichever host it was on, ms. */
const LEFT_BEHIND_MS = 6 * 3600 * 1000;

/** What lies in the temporary folder: fetched files, and folders of uploaded samples and of posted manifests. */
const KINDS = ['fetch', 'upload', 'post'] as const;

const NAME = /^[a-z]+-([0-9a-f]{8})-(\d+)-/;

/** A new name for a temporary file or folder; it says whose it is, so that others see when nobody's hand is on it any more. */
export const temporaryName = (kind: (typeof KINDS)[number]): string =>
  `${kind}-${processesHere()}-${process.pid}-${randomUUID()}`;

/** Removes what a killed process left in the temporary folder: at once where it ran beside this one, else when it is old. */
export const sweepTemporary = async (temporaryFolder: string): Promise<void> => {
  for (const name of await readdir(temporaryFolder).catch(() => [])) {
    if (!KINDS.some((kind) => name.startsWith(`${kind}-`))) continue;
    const path = join(temporaryFolder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && isLeft(name, found.mtimeMs)) await rm(path, { recursive: true, force: true });
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
