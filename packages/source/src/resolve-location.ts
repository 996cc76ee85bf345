import { isAbsolute, relative, resolve, sep } from 'node:path';
import { SoundalikeError } from '@soundalike/core/errors';
import { redactUrl } from '@soundalike/core/text';

/** Where audio is: a path under a named root, or a link (`root` null). */
export interface Location {
  readonly root: string | null;
  readonly path: string;
}

/** Whether a location is an http(s) link. */
export const isLink = (text: string): boolean => /^https?:\/\//i.test(text);

/**
 * The absolute path of a location on this host.
 *
 * @param roots root name to absolute folder
 * @throws SoundalikeError `SOURCE_NOT_FOUND` where this host has no such root, `SOURCE_FORBIDDEN` where the path leaves it
 */
export const resolveLocation = (location: Location, roots: Readonly<Record<string, string>>): string => {
  const folder = location.root === null ? undefined : roots[location.root];
  if (folder === undefined) {
    const known = Object.keys(roots).join(', ') || 'none';
    throw new SoundalikeError(
      'SOURCE_NOT_FOUND',
      `The root "${location.root}" of ${location.path} is not mapped on this host (known: ${known}); set SOUNDALIKE_ROOTS=${location.root}=/its/folder`,
      { fields: { root: location.root, path: location.path } },
    );
  }
  const path = resolve(folder, location.path);
  const inside = relative(folder, path);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new SoundalikeError('SOURCE_FORBIDDEN', `${location.path} lies outside its root ${location.root}`, {
      fields: { ...location },
    });
  }
  return path;
};

/** A location as people know it, without secrets: `root/path` or the link. In a line of its own its name may need `visibleLine`. */
export const formatLocation = (location: Location): string =>
  location.root === null ? redactUrl(location.path) : `${location.root}/${location.path}`;
