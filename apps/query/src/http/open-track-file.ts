import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Catalogue, ItemLocation } from '@soundalike/catalogue';
import { isSoundalikeError, SoundalikeError } from '@soundalike/core';
import { fileError, resolveLocation } from '@soundalike/source';

export interface TrackFile {
  readonly handle: FileHandle;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly modifiedMs: number;
}

/**
 * Opens the audio of a track: the first of its places that this host can read. Only files that really lie in a known root, wherever
 * links and dots lead.
 *
 * @throws SoundalikeError `SOURCE_NOT_FOUND`, `SOURCE_FORBIDDEN`, without paths of this host
 */
export const openTrackFile = async (options: {
  catalogue: Catalogue;
  trackId: string;
  roots: Readonly<Record<string, string>>;
}): Promise<TrackFile> => {
  const { catalogue, trackId, roots } = options;
  let failure: SoundalikeError | undefined;
  for (const location of await catalogue.locationsOf(trackId)) {
    if (location.root === null) continue;
    try {
      return await openWithin(location, roots);
    } catch (error) {
      failure ??= withoutPaths(error, location);
    }
  }
  throw (
    failure ??
    new SoundalikeError('SOURCE_NOT_FOUND', `The audio of track ${trackId} is a link and is not kept here`)
  );
};

const openWithin = async (
  location: ItemLocation,
  roots: Readonly<Record<string, string>>,
): Promise<TrackFile> => {
  const path = resolveLocation(location, roots);
  // Opened first and judged afterwards, so that what is judged is what is read. Without NONBLOCK, opening a pipe would wait for ever.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause) => {
    throw fileError(path, cause);
  });
  try {
    const [found, real] = await Promise.all([handle.stat(), realpath(path)]);
    const named = await stat(real);
    const isInside = (await realRoots(roots)).some((folder) => real.startsWith(folder + sep));
    if (!found.isFile() || !isInside || named.ino !== found.ino || named.dev !== found.dev)
      throw new SoundalikeError(
        'SOURCE_FORBIDDEN',
        `${location.path} leads out of its root ${location.root}`,
      );
    return { handle, path: real, size: found.size, modifiedMs: Math.round(found.mtimeMs) };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

const realRoots = async (roots: Readonly<Record<string, string>>): Promise<string[]> =>
  (await Promise.all(Object.values(roots).map((folder) => realpath(folder).catch(() => undefined))))
    .filter((folder) => folder !== undefined)
    .map((folder) => (folder === sep ? '' : folder));

/** Callers learn the location as the catalogue has it, not where roots lie on this host. */
const withoutPaths = (error: unknown, { root, path }: ItemLocation): SoundalikeError => {
  const code = isSoundalikeError(error) ? error.code : 'SOURCE_NOT_FOUND';
  const reason = code === 'SOURCE_FORBIDDEN' ? 'may not be read' : 'cannot be read on this host';
  return new SoundalikeError(code, `${root}/${path} ${reason}`, { cause: error });
};
