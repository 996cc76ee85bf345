import { basename, dirname } from 'node:path';
import type { Catalogue, FoundItem, ItemLocation } from '@soundalike/catalogue';
import { findRoot, type Roots, readRoots, rootsBelow } from './find-root.ts';
import { fromPlainError, type ReadEntry } from './reading/read-entry.ts';
import type { SourceEntry } from './source-entry.ts';

/**
 * Says of each file which root it belongs to. Names that stay below the folder that is read belong to that folder's root, so that a list makes one
 * root, not one for each subfolder; what lies in a root of its own keeps the name it has there.
 *
 * @param base the folder that is read, or that the list lies in
 */
export async function* placeEntries(
  groups: AsyncIterable<readonly ReadEntry[]>,
  base: string,
  { catalogue, roots }: { catalogue: Catalogue; roots: Roots },
): AsyncGenerator<SourceEntry> {
  const places = new Map<string, Place>();
  // Asked for where an entry needs it: it makes a root where there is none.
  const placeOf = async (folder: string): Promise<Place> => {
    const known = places.get(folder);
    if (known) return known;
    const { root, prefix } = await findRoot(folder, catalogue, roots);
    const place = { root, prefix: prefix === '' ? '' : `${prefix}/` };
    places.set(folder, place);
    return place;
  };
  let below: ((path: string) => ItemLocation) | undefined;
  const findBelow = async () => {
    const { root, prefix } = await placeOf(base);
    const inner = innerRoots(base, await readRoots(catalogue, roots));
    return (path: string): ItemLocation => {
      const own = inner.find((place) => path.startsWith(place.below));
      return own ? { root: own.root, path: path.slice(own.below.length) } : { root, path: prefix + path };
    };
  };
  for await (const group of groups)
    for (const entry of group)
      if (entry.kind === 'found') yield entry;
      else if (entry.kind === 'invalid') {
        const { isBelow, error, hidesOthers } = entry;
        below ??= isBelow ? await findBelow() : undefined;
        const location = isBelow && below ? folderAt(entry.location.path, below) : entry.location;
        yield { kind: 'invalid', location, error: fromPlainError(error), hidesOthers };
      } else if (entry.kind === 'below') {
        below ??= await findBelow();
        yield { kind: 'found', item: toItem(below(entry.path), entry) };
      } else {
        const { root, prefix } = await placeOf(dirname(entry.file));
        yield { kind: 'found', item: toItem({ root, path: prefix + basename(entry.file) }, entry) };
      }
}

interface Place {
  readonly root: string;
  /** '' or with `/` at its end. */
  readonly prefix: string;
}

/** Roots below a folder by the beginning of their paths in it, the deepest first. */
const innerRoots = (base: string, roots: Roots): { below: string; root: string }[] =>
  [...rootsBelow(base, roots)]
    .map(([folder, root]) => ({ below: `${folder.slice(base.length).replace(/^\/+/, '')}/`, root }))
    .sort((a, b) => b.below.length - a.below.length);

/** A folder, which may be a root itself. */
const folderAt = (path: string, below: (path: string) => ItemLocation): ItemLocation => {
  const at = below(path === '' ? '' : `${path}/`);
  return { root: at.root, path: at.path.replace(/\/$/, '') || '.' };
};

const toItem = (
  { root, path }: ItemLocation,
  {
    externalId,
    metadata,
    size,
    modifiedMs,
  }: Pick<FoundItem, 'externalId' | 'metadata' | 'size' | 'modifiedMs'>,
): FoundItem => ({ root, path, externalId, metadata, size, modifiedMs });
