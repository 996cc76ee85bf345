import { createHash } from 'node:crypto';
import { basename, relative, sep } from 'node:path';
import type { Catalogue } from '@soundalike/catalogue';

/** The setting under which the folders of roots that were made by use are kept, by name. */
const ROOTS_SETTING = 'roots';

export type Roots = Readonly<Record<string, string>>;

/** Root name to folder on this host: those that were made by use, overlaid by SOUNDALIKE_ROOTS. */
export const readRoots = async (catalogue: Catalogue, configured: Roots): Promise<Roots> => ({
  ...(JSON.parse((await catalogue.getSetting(ROOTS_SETTING)) ?? '{}') as Roots),
  ...configured,
});

/**
 * The root that a folder belongs to and the folder's path within it: the deepest known root that contains it, else a new one made of
 * the folder itself and remembered, so that the same command finds the same items again.
 *
 * @param folder absolute, symbolic links resolved
 * @returns `prefix` with `/` between its parts, '' for the root itself
 */
export const findRoot = async (
  folder: string,
  catalogue: Catalogue,
  configured: Roots,
): Promise<{ root: string; rootFolder: string; prefix: string }> => {
  const roots = await readRoots(catalogue, configured);
  const containing = Object.entries(roots)
    .filter(([, path]) => liesIn(folder, path))
    .sort(([, a], [, b]) => b.length - a.length)[0];
  if (containing) {
    const [root, rootFolder] = containing;
    return { root, rootFolder, prefix: relative(rootFolder, folder).split(sep).join('/') };
  }
  const root = rootName(folder);
  const made = JSON.parse((await catalogue.getSetting(ROOTS_SETTING)) ?? '{}') as Roots;
  await catalogue.setSetting(ROOTS_SETTING, JSON.stringify({ ...made, [root]: folder }));
  return { root, rootFolder: folder, prefix: '' };
};

/** Whether a file or folder lies below a folder, both absolute. */
export const liesBelow = (path: string, folder: string): boolean =>
  path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** Whether a folder is another one or lies below it. */
export const liesIn = (folder: string, outer: string): boolean =>
  folder === outer || liesBelow(folder, outer);

/** Known roots that lie within a folder, by their own folders: what is in them keeps the names it has. */
export const rootsBelow = (folder: string, roots: Roots): ReadonlyMap<string, string> =>
  // Of several names for one folder the first counts, as in `findRoot`.
  new Map(
    Object.entries(roots)
      .filter(([, path]) => liesBelow(path, folder))
      .map(([root, path]) => [path, root] as const)
      .reverse(),
  );

/** The folder's own name, made unique by a hash of where it lies. */
const rootName = (folder: string): string => {
  const name =
    basename(folder)
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .slice(0, 40) || 'root';
  return `${name}-${createHash('sha256').update(folder).digest('hex').slice(0, 6)}`;
};
