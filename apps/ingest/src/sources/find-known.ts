import { isAbsolute, relative, sep } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { resolveLocation } from '@soundalike/source';
import { liesBelow, type Roots } from './find-root.ts';
import { linkEntry } from './reading/link-entry.ts';
import { lookAtFile } from './reading/look-at-file.ts';
import { type ListedEntry, unusableLine } from './reading/manifest-entries.ts';
import type { ManifestEntry } from './reading/manifest-row.ts';
import { toInvalid, type UnusableEntry } from './reading/read-entry.ts';
import type { SourceEntry } from './source-entry.ts';

/**
 * The entry of what others than the operator name: links, and files below roots that are known, as `root/path` or absolute. No root is made of them.
 *
 * @throws SoundalikeError `SOURCE_FORBIDDEN` for a file that lies elsewhere
 */
export const findKnown = async (entry: ManifestEntry, roots: Roots): Promise<SourceEntry> => {
  const link = linkEntry(entry);
  if (link) return link;
  const { place, externalId, metadata } = entry;
  const location = locate(place, roots);
  const look = await lookAtFile(resolveLocation(location, roots));
  return { kind: 'found', item: { ...location, externalId, metadata, ...look } };
};

/** The same of all lines of a list: those of one group are looked at side by side, the next one while the group before is worked on. */
export async function* findAllKnown(
  groups: AsyncIterable<readonly (ListedEntry | UnusableEntry)[]>,
  roots: Roots,
): AsyncGenerator<SourceEntry> {
  const find = (entry: ListedEntry | UnusableEntry): Promise<SourceEntry> | SourceEntry =>
    entry.kind === 'listed'
      ? findKnown(entry, roots).catch((error) => toInvalid(unusableLine(entry.line, error)))
      : toInvalid(entry);
  let ahead: Promise<SourceEntry[]> = Promise.resolve([]);
  for await (const group of groups) {
    const before = ahead;
    ahead = Promise.all(group.map(find));
    yield* await before;
  }
  yield* await ahead;
}

/** Where an absolute path of this host lies, below the deepest root that holds it; undefined where none does. */
export const locateBelow = (place: string, roots: Roots): { root: string; path: string } | undefined => {
  const [deepest] = Object.entries(roots)
    .filter(([, folder]) => liesBelow(place, folder))
    .sort(([, a], [, b]) => b.length - a.length);
  return deepest && { root: deepest[0], path: relative(deepest[1], place).split(sep).join('/') };
};

const locate = (place: string, roots: Roots): { root: string; path: string } => {
  if (isAbsolute(place)) {
    const below = locateBelow(place, roots);
    if (below) return below;
  } else {
    const at = place.indexOf('/');
    const root = place.slice(0, at);
    if (at > 0 && Object.hasOwn(roots, root)) return { root, path: place.slice(at + 1) };
  }
  const known = Object.keys(roots).join(', ') || 'none';
  throw new SoundalikeError(
    'SOURCE_FORBIDDEN',
    `"${place}" is not below a root known here (${known}); name it as root/path, or map its folder in SOUNDALIKE_ROOTS`,
    { fields: { place } },
  );
};
