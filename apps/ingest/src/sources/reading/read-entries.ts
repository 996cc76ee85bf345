import { dirname, isAbsolute, join } from 'node:path';
import { linkEntry } from './link-entry.ts';
import { listEntries } from './list-entries.ts';
import { afterLook, createLooker, type Looker } from './look-at-file.ts';
import { type ListedEntry, manifestEntries } from './manifest-entries.ts';
import type { ReadEntry } from './read-entry.ts';
import { scanFolder } from './scan-folder.ts';

/** What is to be read; paths are absolute, symbolic links resolved. */
export interface ReadRequest {
  readonly kind: 'folder' | 'manifest' | 'list';
  readonly path: string;
}

/** The entries of a folder, manifest or list, in groups, each file looked at. */
export async function* readEntries({ kind, path }: ReadRequest): AsyncGenerator<ReadEntry[]> {
  const lookAt = createLooker();
  if (kind === 'folder') return yield* scanFolder(path, lookAt);
  const base = dirname(path);
  for await (const listed of kind === 'manifest' ? manifestEntries(path) : listEntries(path))
    yield await Promise.all(
      listed.map((entry) => (entry.kind === 'listed' ? lookAtListed(entry, base, lookAt) : entry)),
    );
}

/** A file that is not there is an item that fails, so that the report names it and a later run finds it. */
const lookAtListed = (entry: ListedEntry, base: string, lookAt: Looker): ReadEntry | Promise<ReadEntry> => {
  const link = linkEntry(entry);
  if (link) return link;
  const { place, externalId, metadata } = entry;
  const named = isAbsolute(place) ? place : join(base, place);
  const file = withoutSlash(named);
  // Written out: spread, objects cost more than the look.
  return afterLook(lookAt(named), ({ size, modifiedMs }) =>
    file.startsWith(`${base}/`)
      ? { kind: 'below', path: pathBelow(file, base), externalId, metadata, size, modifiedMs }
      : { kind: 'elsewhere', file, externalId, metadata, size, modifiedMs },
  );
};

const pathBelow = (file: string, base: string) => {
  const path = file.slice(base.length + 1);
  return path.startsWith('/') ? path.replace(/^\/+/, '') : path;
};

/** A name may be written as that of a folder. */
const withoutSlash = (file: string) => (file.endsWith('/') ? file.replace(/(?<=.)\/+$/, '') : file);
