import { type Dirent, opendirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileError, isAudioName } from '@soundalike/source';
import { AT_ONCE } from './in-groups.ts';
import { afterLook, type FileLook, type Looker, lookOf } from './look-at-file.ts';
import { type ReadEntry, toPlainError } from './read-entry.ts';

/** Names that a folder is asked for at once; Node asks for 32 where nothing is said. */
const NAMES_AT_ONCE = 1_024;

type Looked = ReadEntry | Promise<ReadEntry>;

/**
 * Every audio file below a folder, as a stream of groups; links to folders are followed once each, so loops end. What cannot be read is
 * reported as an entry and does not stop the rest. Reads in place: for a thread of its own.
 */
export async function* scanFolder(base: string, lookAt: Looker): AsyncGenerator<ReadEntry[]> {
  const seen = new Set<string>();
  const waiting = [''];
  let group: Looked[] = [];
  for (const path of waiting)
    for (const entry of readFolder({ base, path, seen, waiting, lookAt })) {
      group.push(entry);
      if (group.length < AT_ONCE) continue;
      yield await Promise.all(group);
      group = [];
    }
  yield await Promise.all(group);
}

/** The audio files of one folder; folders in it are appended to those that wait. */
function* readFolder(options: {
  base: string;
  path: string;
  seen: Set<string>;
  waiting: string[];
  lookAt: Looker;
}): Generator<Looked> {
  const { base, path, seen, waiting, lookAt } = options;
  const folder = path === '' ? base : join(base, path);
  try {
    const real = realpathSync.native(folder);
    if (seen.has(real)) return;
    seen.add(real);
    for (const entry of entriesOf(folder)) {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      if (isFolder(entry, join(base, inner))) waiting.push(inner);
      else if (isAudioName(entry.name) && (entry.isSymbolicLink() || !entry.name.startsWith('._')))
        yield look(inner, base, lookAt);
    }
  } catch (cause) {
    yield unusable(path, folder, cause, true);
  }
}

function* entriesOf(folder: string): Generator<Dirent> {
  const directory = opendirSync(folder, { bufferSize: NAMES_AT_ONCE });
  try {
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) yield entry;
  } finally {
    directory.closeSync();
  }
}

const isFolder = (entry: Dirent, file: string): boolean => {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
};

const look = (path: string, base: string, lookAt: Looker): Looked => {
  const file = join(base, path);
  return afterLook(lookAt(file), (found) =>
    found.size === null ? whyNone(path, file) : foundAt(path, found),
  );
};

/** A look says nothing of why a file cannot be seen. */
const whyNone = (path: string, file: string): ReadEntry => {
  try {
    return foundAt(path, lookOf(statSync(file)));
  } catch (cause) {
    return unusable(path, file, cause, false);
  }
};

const foundAt = (path: string, { size, modifiedMs }: FileLook): ReadEntry => ({
  kind: 'below',
  path,
  externalId: null,
  metadata: {},
  size,
  modifiedMs,
});

const unusable = (path: string, file: string, cause: unknown, hidesOthers: boolean): ReadEntry => ({
  kind: 'invalid',
  location: { root: null, path },
  isBelow: true,
  error: toPlainError(fileError(file, cause)),
  hidesOthers,
});
