import { isAbsolute, relative, sep } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { resolveLocation } from '@soundalike/source';
import type { FileFinder } from './find-file.ts';
import { liesBelow, type Roots } from './find-root.ts';
import { lookAtFile } from './look-at-file.ts';

/**
 * Finds files that others than the operator name: only below roots that are known, as `root/path` or absolute. No root is made of them.
 *
 * Throws `SOURCE_FORBIDDEN` for what lies elsewhere.
 */
export const createKnownFinder = (roots: Roots): FileFinder => ({
  entry: async ({ place, externalId, metadata }) => {
    const location = locate(place, roots);
    return {
      kind: 'found',
      item: {
        ...location,
        externalId,
        metadata,
        ...(await lookAtFile(resolveLocation(location, roots))),
      },
    };
  },
});

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
