import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Catalogue } from '@soundalike/catalogue';
import { isLink, isS3 } from '@soundalike/source';
import { findRoot, type Roots } from './find-root.ts';
import { lookAtFile } from './look-at-file.ts';
import type { ManifestEntry } from './manifest-row.ts';
import type { SourceEntry } from './source-entry.ts';

export interface FileFinder {
  entry(entry: ManifestEntry): Promise<SourceEntry>;
}

/** Finds the root of each file a list names; relative names start at the list's folder. Files in one folder ask once. */
export const createFileFinder = (
  base: string,
  { catalogue, roots }: { catalogue: Catalogue; roots: Roots },
): FileFinder => {
  const known = new Map<string, Promise<{ root: string; prefix: string }>>();
  let last: Promise<unknown> = Promise.resolve();
  // Names that stay below the list's folder belong to that folder's root, so that a list makes one root, not one for each subfolder.
  const rootOf = async (folder: string) => {
    const start = folder === base || folder.startsWith(`${base}/`) ? base : folder;
    const { root, prefix } = await (known.get(start) ?? findAnew(start));
    return { root, prefix: [prefix, folder.slice(start.length + 1)].filter(Boolean).join('/') };
  };
  const findAnew = (folder: string) => {
    // One after the other: each may write a new root down beside the others.
    const found = last.then(() => findRoot(folder, catalogue, roots));
    last = found.catch(() => undefined);
    known.set(folder, found);
    return found;
  };
  return {
    entry: async ({ place, externalId, metadata }) => {
      const path = isAbsolute(place) ? place : join(base, place);
      const { root, prefix } = await rootOf(dirname(path));
      const location = { root, path: [prefix, basename(path)].filter(Boolean).join('/') };
      // A file that is not there is an item that fails, so that the report names it and a later run finds it.
      return {
        kind: 'found',
        item: {
          ...location,
          externalId,
          metadata,
          ...(await lookAtFile(path)),
        },
      };
    },
  };
};

/** The entry of a place as a list or manifest names it: a link, an object of a bucket, else a file. */
export const entryOf = async (entry: ManifestEntry, files: FileFinder): Promise<SourceEntry> =>
  isLink(entry.place) || isS3(entry.place) ? linkEntry(entry) : files.entry(entry);

/** A link or an object of a bucket; nothing is asked of it yet. */
export const linkEntry = ({ place, externalId, metadata }: ManifestEntry): SourceEntry => ({
  kind: 'found',
  item: { root: null, path: place, externalId, metadata, size: null, modifiedMs: null },
});
