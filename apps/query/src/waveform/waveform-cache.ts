import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Waveforms on disk at most: about 8 kB each, so 160 MB. */
const MOST = 20_000;

/** The folder is looked through for old ones once in so many writes. */
const SWEEP_EVERY = 200;

export interface Waveform {
  readonly durationSeconds: number;
  readonly peaks: number[];
}

/**
 * Waveforms by content id on disk, so that a restart does not decode a page of results again. A damaged or missing file is a miss; failing to
 * write is no error. The oldest go when there are too many.
 */
export const createWaveformCache = (folder: string, most = MOST) => {
  let writes = 0;
  const pathOf = (contentId: string) => join(folder, `${contentId}.json`);

  const sweep = async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    if (names.length <= most) return;
    const aged = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
    );
    aged.sort((a, b) => a.at - b.at);
    // A tenth more than needed, or every write would sweep.
    for (const { name } of aged.slice(0, names.length - Math.floor(most * 0.9)))
      await rm(join(folder, name), { force: true });
  };

  return {
    read: async (contentId: string): Promise<Waveform | undefined> => {
      try {
        const { durationSeconds, peaks } = JSON.parse(await readFile(pathOf(contentId), 'utf8'));
        return typeof durationSeconds === 'number' && Array.isArray(peaks)
          ? { durationSeconds, peaks }
          : undefined;
      } catch {
        return undefined;
      }
    },
    write: async (contentId: string, waveform: Waveform): Promise<void> => {
      try {
        await mkdir(folder, { recursive: true });
        const temporary = `${pathOf(contentId)}.${process.pid}`;
        await writeFile(temporary, JSON.stringify(waveform));
        await rename(temporary, pathOf(contentId));
        if (writes++ % SWEEP_EVERY === 0) await sweep();
      } catch {
        // A full or read-only disk costs decoding again, nothing else.
      }
    },
  };
};
