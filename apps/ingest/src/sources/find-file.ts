import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Catalogue } from '@soundalike/catalogue';
import { isLink, isS3 } from '@soundalike/source';
import { findRoot, type Roots, readRoots, rootsBelow } from './find-root.ts';
import { createLooker, type FileLook } from './look-at-file.ts';
import type { ManifestEntry } from './manifest-row.ts';
import type { SourceEntry } from './source-entry.ts';

export interface FileFinder {
  /** The entry of a file; a promise where it has to be waited for. @throws SoundalikeError, or rejects with one, for a file that must not be named */
  entry(entry: ManifestEntry): SourceEntry | Promise<SourceEntry>;
}

/** Finds the root of each file a list names; relative names start at the list's folder. Files in one folder ask once. */
export const createFileFinder = (
  base: string,
  { catalogue, roots }: { catalogue: Catalogue; roots: Roots },
): FileFinder => {
  const lookAt = createLooker();
  const known = new Map<string, { root: string; prefix: string }>();
  let last: Promise<unknown> = Promise.resolve();
  /** Folders below the list's that are roots of their own, the deepest first; undefined until they were asked for. */
  let inner: readonly string[] | undefined;
  const findAnew = (folder: string) => {
    // One after the other: each may write a new root down beside the others.
    const found = last.then(async () => {
      const place = known.get(folder) ?? (await findRoot(folder, catalogue, roots));
      known.set(folder, place);
      return place;
    });
    last = found.catch(() => undefined);
    return found;
  };
  // A file that is not there is an item that fails, so that the report names it and a later run finds it.
  const look = (path: string, { externalId, metadata }: ManifestEntry, root: string, prefix: string) => {
    const entryWith = ({ size, modifiedMs }: FileLook): SourceEntry => ({
      kind: 'found',
      item: { root, path: prefix + basename(path), externalId, metadata, size, modifiedMs },
    });
    const found = lookAt(path);
    return found instanceof Promise ? found.then(entryWith) : entryWith(found);
  };
  const prepare = async () => {
    inner ??= [...rootsBelow(base, await readRoots(catalogue, roots)).keys()].sort(
      (a, b) => b.length - a.length,
    );
  };
  const find = (entry: ManifestEntry): SourceEntry | Promise<SourceEntry> => {
    const path = isAbsolute(entry.place) ? entry.place : join(base, entry.place);
    const folder = dirname(path);
    // Names that stay below the list's folder belong to that folder's root, so that a list makes one root, not one for each subfolder; what is in a
    // root of its own already keeps its name.
    const start = inner?.find((known) => isWithin(folder, known)) ?? (isWithin(folder, base) ? base : folder);
    const rest = folder.slice(start.length + 1);
    const within = ({ root, prefix }: { root: string; prefix: string }) =>
      look(path, entry, root, `${prefix}${prefix && '/'}${rest}${rest && '/'}`);
    const place = known.get(start);
    return place ? within(place) : findAnew(start).then(within);
  };
  return { entry: (entry) => (inner ? find(entry) : prepare().then(() => find(entry))) };
};

const isWithin = (folder: string, outer: string): boolean =>
  folder === outer || folder.startsWith(`${outer}/`);

/** The entry of a place as a list or manifest names it: a link, an object of a bucket, else a file. */
export const entryOf = (entry: ManifestEntry, files: FileFinder): SourceEntry | Promise<SourceEntry> =>
  isLink(entry.place) || isS3(entry.place) ? linkEntry(entry) : files.entry(entry);

/** A link or an object of a bucket; nothing is asked of it yet. */
export const linkEntry = ({ place, externalId, metadata }: ManifestEntry): SourceEntry => ({
  kind: 'found',
  item: { root: null, path: place, externalId, metadata, size: null, modifiedMs: null },
});
