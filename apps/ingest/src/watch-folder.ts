import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commonFolder } from './sources/common-folder.ts';

/** A file counts as complete when its size has not changed for this long, ms. */
const COMPLETE_MS = 2_000;

/** Quiet after which a burst of changes is worked on, ms. */
const QUIET_MS = 1_000;

/**
 * Follows a folder: calls `ingest` with the deepest folder that holds all changes of a burst, and with the whole folder every so often, since
 * file systems (network shares above all) do not tell everything. One pass at a time; resolves when the signal is aborted.
 *
 * @param options.folder absolute
 */
export const watchFolder = async (options: {
  folder: string;
  compareEveryMs: number;
  ingest(folder: string): Promise<void>;
  signal: AbortSignal;
  /** Told when the watch stands. */
  onReady?(): void;
}): Promise<void> => {
  const { folder, compareEveryMs, ingest, signal, onReady } = options;
  const changed = new Set<string>();
  let lastChange = 0;
  const { watch } = await import('chokidar');
  const watcher = watch(folder, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: COMPLETE_MS },
  });
  watcher.on('all', (event, path) => {
    changed.add(event === 'addDir' ? path : dirname(path));
    lastChange = Date.now();
  });
  watcher.on('error', () => changed.add(folder));
  watcher.on('ready', () => onReady?.());
  let compared = Date.now();
  try {
    while (!signal.aborted) {
      await sleep(QUIET_MS / 2, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      if (Date.now() - compared >= compareEveryMs) {
        changed.clear();
        compared = Date.now();
        await ingest(folder);
      } else if (changed.size > 0 && Date.now() - lastChange >= QUIET_MS) {
        const part = commonFolder(folder, [...changed]);
        changed.clear();
        await ingest(part);
      }
    }
  } finally {
    await watcher.close();
  }
};
