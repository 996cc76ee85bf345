import { SoundalikeError } from '@soundalike/core';
import { naming, openAudio } from '@soundalike/source';
import type { SearchDeps } from './search-deps.ts';
import type { Seed } from './search-request.ts';
import { type HeardSeed, windowsOfFile, windowsOfTrack } from './seed-windows.ts';
import type { Stopwatch } from './stopwatch.ts';

/**
 * Any seed as vectors: a track's stored ones, or those of an upload or a link, which is fetched under the policy.
 *
 * @throws SoundalikeError `INPUT_INVALID`, `TRACK_NOT_FOUND`, and those of fetching, decoding and embedding, naming the seed as the
 *   request does, never a path of this host
 */
export const hearSeed = async (
  seed: Seed,
  deps: SearchDeps,
  options: {
    uploads?: ReadonlyMap<string, string> | undefined;
    signal: AbortSignal;
    watch: Stopwatch;
  },
): Promise<HeardSeed> => {
  const { uploads, signal, watch } = options;
  const { trackId } = seed;
  if (trackId !== undefined) return watch.time('read', () => windowsOfTrack(trackId, seed, deps));
  if (seed.upload !== undefined) {
    const path = uploads?.get(seed.upload);
    if (path === undefined)
      throw new SoundalikeError('INPUT_INVALID', `There is no upload part called "${seed.upload}"`, {
        fields: { upload: seed.upload },
      });
    return naming({ name: seed.upload, path }, () => windowsOfFile(path, seed, deps, { signal, watch }));
  }
  const url = seed.url ?? '';
  const audio = await watch.time('fetch', () =>
    openAudio({
      location: { root: null, path: url },
      roots: {},
      policy: deps.fetchPolicy,
      temporaryFolder: deps.temporaryFolder,
      signal,
    }),
  );
  try {
    return await naming(audio, () => windowsOfFile(audio.path, seed, deps, { signal, watch }));
  } finally {
    await audio.dispose();
  }
};
