import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a lock file may be without its maker's process id before it counts as left behind, ms. */
const UNWRITTEN_MS = 10_000;

/**
 * Fills a folder once for a machine: processes that want it at once wait for the one that builds; a build that failed
 * or was killed is begun anew.
 */
export const buildOnce = async (folder: string, build: () => Promise<void>): Promise<void> => {
  const done = join(folder, '.complete');
  if (existsSync(done)) return;
  mkdirSync(dirname(folder), { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(done)) return;
    rmSync(folder, { recursive: true, force: true });
    await build();
    writeFileSync(done, '');
  });
};

const withLock = async (lock: string, work: () => Promise<void>): Promise<void> => {
  for (;;) {
    try {
      writeFileSync(lock, `${process.pid}`, { flag: 'wx' });
      break;
    } catch {
      if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
      else await sleep(250);
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
};

const isAbandoned = (lock: string): boolean => {
  const found = statSync(lock, { throwIfNoEntry: false });
  if (!found) return false;
  const pid = found.isFile() ? Number(readFileSync(lock, 'utf8')) : 0;
  if (pid === 0) return Date.now() - found.mtimeMs > UNWRITTEN_MS;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
};
