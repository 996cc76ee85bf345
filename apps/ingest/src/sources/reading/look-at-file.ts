import { stat, statSync } from 'node:fs';

/** Size in bytes and time of the last change in ms of a file; nulls where there is none. */
export interface FileLook {
  readonly size: number | null;
  readonly modifiedMs: number | null;
}

const NONE: FileLook = { size: null, modifiedMs: null };

/** A look that took longer than this, ms, had to wait: for a network share or a disk. What the system knows takes 2 to 4 µs. */
const SLOW_MS = 0.1;

/** So many slow looks one after the other are the place's doing; one alone is often that of a busy machine. */
const SLOW_LOOKS = 3;

/** A file looked at from the thread pool, so that nothing else waits. Callbacks cost half of what `fs/promises` does. */
export const lookAtFile = (path: string): Promise<FileLook> =>
  new Promise((resolve) => {
    // No file has a NUL in its name: asked for one, `stat` throws and never calls back.
    if (path.includes('\0')) return resolve(NONE);
    stat(path, (error, found) => resolve(error ? NONE : lookOf(found)));
  });

/** What comes of a look, at once where it was in place: a promise for each of a million files costs seconds. */
export const afterLook = <T>(
  look: FileLook | Promise<FileLook>,
  then: (look: FileLook) => T,
): T | Promise<T> => (look instanceof Promise ? look.then(then) : then(look));

export type Looker = (path: string) => FileLook | Promise<FileLook>;

/**
 * The same for a thread that does nothing else: in place, at half the cost, until looks turn out to be slow, then from the thread pool. One for each
 * source.
 */
export const createLooker = ({
  look = lookInPlace,
  now = () => performance.now(),
}: {
  look?: (path: string) => FileLook;
  now?: () => number;
} = {}): Looker => {
  let slow = 0;
  return (path) => {
    if (slow >= SLOW_LOOKS) return lookAtFile(path);
    if (path.includes('\0')) return NONE;
    const from = now();
    const found = look(path);
    slow = now() - from > SLOW_MS ? slow + 1 : 0;
    return found;
  };
};

const lookInPlace = (path: string): FileLook => {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found ? lookOf(found) : NONE;
  } catch {
    return NONE;
  }
};

export const lookOf = ({ size, mtimeMs }: { size: number; mtimeMs: number }): FileLook => ({
  size,
  modifiedMs: Math.floor(mtimeMs),
});
