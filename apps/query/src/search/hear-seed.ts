import { SoundalikeError } from '@soundalike/core';
import { openAudio } from '@soundalike/source';
import { naming } from './naming.ts';
import type { SearchDeps } from './search-deps.ts';
import type { Seed } from './search-request.ts';
import { type HeardSeed, windowsOfFile, windowsOfTrack } from './seed-windows.ts';

/**
 * Any seed as vectors: a track's stored ones, or those of an upload or a link, which is fetched under the policy.
 *
 * @throws SoundalikeError `INPUT_INVALID`, `TRACK_NOT_FOUND`, and those of fetching, decoding and embedding, naming the seed as the
 *   request does, never a path of this host
 */
export const hearSeed = async (
  seed: Seed,
  deps: SearchDeps,
  { uploads, signal }: { uploads?: ReadonlyMap<string, string> | undefined; signal: AbortSignal },
): Promise<HeardSeed> => {
  if (seed.trackId !== undefined) return windowsOfTrack(seed.trackId, seed, deps);
  if (seed.upload !== undefined) {
    const path = uploads?.get(seed.upload);
    if (path === undefined)
      throw new SoundalikeError('INPUT_INVALID', `There is no upload part called "${seed.upload}"`, {
        fields: { upload: seed.upload },
      });
    return naming(seed.upload, path, () => windowsOfFile(path, seed, deps, signal));
  }
  const url = seed.url ?? '';
  const audio = await openAudio({
    location: { root: null, path: url },
    roots: {},
    policy: deps.fetchPolicy,
    temporaryFolder: deps.temporaryFolder,
    signal,
  });
  try {
    return await naming(url, audio.path, () => windowsOfFile(audio.path, seed, deps, signal));
  } finally {
    await audio.dispose();
  }
};
