import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchPolicy } from './fetch-policy.ts';
import { fetchToFile } from './guarded-fetch.ts';
import { fileError } from './probe-audio.ts';
import { type Location, resolveLocation } from './resolve-location.ts';

/** A local file that holds an item's bytes. Links lie in a temporary file, which `dispose` removes. */
export interface LocalAudio {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  dispose(): Promise<void>;
}

/**
 * Makes an item's bytes a local file: a path under a root as it is, a link fetched under the policy.
 *
 * @throws SoundalikeError those of `resolveLocation` and `fetchToFile`, and `SOURCE_NOT_FOUND` / `SOURCE_FORBIDDEN` for files
 */
export const openAudio = async (options: {
  location: Location;
  roots: Readonly<Record<string, string>>;
  policy: FetchPolicy;
  /** Where fetched links are kept while they are worked on. */
  temporaryFolder: string;
  signal?: AbortSignal | undefined;
}): Promise<LocalAudio> => {
  const { location, roots, policy, temporaryFolder, signal } = options;
  if (location.root === null) {
    await mkdir(temporaryFolder, { recursive: true });
    const target = join(temporaryFolder, `fetch-${randomUUID()}`);
    const size = await fetchToFile({ url: location.path, target, policy, signal });
    return { path: target, size, dispose: () => rm(target, { force: true }) };
  }
  const path = resolveLocation(location, roots);
  try {
    const { size } = await stat(path);
    return { path, size, dispose: async () => {} };
  } catch (cause) {
    throw fileError(path, cause);
  }
};
