import { basename, dirname, relative, sep } from 'node:path';
import type { Catalogue, FoundItem, ItemLocation } from '@soundalike/catalogue';
import { commonFolder } from './common-folder.ts';
import { findRoot, liesIn, type Roots, readRoots, rootsBelow } from './find-root.ts';
import { type LookedAt, type ReadEntry, toInvalid } from './reading/read-entry.ts';
import type { SourceEntry } from './source-entry.ts';

/** So many folders of one group that lie in no root get one root together, that of the folder that holds them all. */
const MANY_FOLDERS = 8;

/** How many names folders share at least to get a root together: `/srv/audio`, not `/srv`, since servers read for others what lies below a root. */
const SHARED_NAMES = 2;

/**
 * Says of each file which root it belongs to. Names that stay below the folder that is read belong to that folder's root, so that a list makes one
 * root, not one for each subfolder; what lies in a root of its own keeps the name it has there.
 *
 * @param base the folder that is read, or that the list lies in
 */
export async function* placeEntries(
  groups: AsyncIterable<readonly ReadEntry[]>,
  base: string,
  known: { catalogue: Catalogue; roots: Roots },
): AsyncGenerator<SourceEntry> {
  const elsewhere = createPlacer(known);
  let below: ((path: string) => ItemLocation) | undefined;
  for await (const group of groups) {
    await elsewhere.prepare(group);
    for (const entry of group) {
      if (entry.kind === 'found') yield entry;
      else if (entry.kind === 'elsewhere')
        yield { kind: 'found', item: toItem(await elsewhere.place(entry.file), entry) };
      else if (entry.kind === 'invalid' && !entry.isBelow) yield toInvalid(entry);
      else {
        below ??= await placesBelow(base, elsewhere, known);
        yield entry.kind === 'below'
          ? { kind: 'found', item: toItem(below(entry.path), entry) }
          : toInvalid(entry, folderAt(entry.location.path, below));
      }
    }
  }
}

type Placer = ReturnType<typeof createPlacer>;

/** Places by their folders' roots, which are looked for once each, and made where there is none. */
const createPlacer = ({ catalogue, roots }: { catalogue: Catalogue; roots: Roots }) => {
  const places = new Map<string, { root: string; prefix: string }>();
  const folder = async (path: string): Promise<{ root: string; prefix: string }> => {
    const known = places.get(path);
    if (known) return known;
    const { root, prefix } = await findRoot(path, catalogue, roots);
    const place = { root, prefix: prefix === '' ? '' : `${prefix}/` };
    places.set(path, place);
    return place;
  };
  return {
    folder,
    place: async (file: string): Promise<ItemLocation> => {
      const { root, prefix } = await folder(dirname(file));
      return { root, path: prefix + basename(file) };
    },
    /** A list of a collection that lies elsewhere names a folder for each album: one root for all of them. */
    prepare: async (group: readonly ReadEntry[]): Promise<void> => {
      const named = new Set(
        group.flatMap((entry) => (entry.kind === 'elsewhere' ? dirname(entry.file) : [])),
      );
      const unknown = [...named].filter((path) => !places.has(path));
      if (unknown.length < MANY_FOLDERS) return;
      const known = Object.values(await readRoots(catalogue, roots));
      const rootless = unknown.filter((path) => !known.some((root) => liesIn(path, root)));
      const clusters = new Map<string, string[]>();
      for (const path of rootless) {
        const top = path.split(sep, SHARED_NAMES + 1).join(sep);
        clusters.set(top, [...(clusters.get(top) ?? []), path]);
      }
      for (const [top, paths] of clusters)
        if (paths.length >= MANY_FOLDERS) await folder(commonFolder(top, paths));
    },
  };
};

/** Finds places of paths below a folder; of roots within it, the deepest counts. */
const placesBelow = async (
  base: string,
  placer: Placer,
  { catalogue, roots }: { catalogue: Catalogue; roots: Roots },
): Promise<(path: string) => ItemLocation> => {
  const { root, prefix } = await placer.folder(base);
  const inner = [...rootsBelow(base, await readRoots(catalogue, roots))]
    .map(([folder, root]) => ({ below: `${relative(base, folder)}/`, root }))
    .sort((a, b) => b.below.length - a.below.length);
  return (path) => {
    const own = inner.find((place) => path.startsWith(place.below));
    return own ? { root: own.root, path: path.slice(own.below.length) } : { root, path: prefix + path };
  };
};

/** A folder, which may be a root itself. */
const folderAt = (path: string, below: (path: string) => ItemLocation): ItemLocation => {
  const at = below(path === '' ? '' : `${path}/`);
  return { root: at.root, path: at.path.replace(/\/$/, '') || '.' };
};

const toItem = ({ root, path }: ItemLocation, entry: LookedAt): FoundItem => {
  const { externalId, metadata, size, modifiedMs } = entry;
  return { root, path, externalId, metadata, size, modifiedMs };
};
