import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SoundalikeError } from '@soundalike/core/errors';
import { download } from './download.ts';
import type { FetchPolicy, FetchRequest } from './fetch-policy.ts';
import { fetchToFile } from './guarded-fetch.ts';
import { fileError } from './probe-audio.ts';
import { type Location, resolveLocation } from './resolve-location.ts';
import { isS3, openObject } from './s3.ts';
import { temporaryName } from './temporary-files.ts';

/** A local file that holds an item's bytes. Links lie in a temporary file, which `dispose` removes. */
export interface LocalAudio {
  readonly path: string;
  /** What people know it by, for `naming`: the link, or the path. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Version mark that a link answered with. */
  readonly etag?: string | null | undefined;
  dispose(): Promise<void>;
}

export interface OpenAudioOptions {
  readonly location: Location;
  readonly roots: Readonly<Record<string, string>>;
  readonly policy: FetchPolicy;
  /** Where fetched links are kept while they are worked on. */
  readonly temporaryFolder: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes an item's bytes a local file: a path under a root as it is, a link or an object of a bucket fetched under the policy.
 *
 * @throws SoundalikeError those of `resolveLocation` and `fetchToFile`, and `SOURCE_NOT_FOUND` / `SOURCE_FORBIDDEN` for files
 */
export const openAudio = async (options: OpenAudioOptions): Promise<LocalAudio> => {
  const audio = await openAudioUnless({ ...options, etag: undefined });
  if (audio === 'unchanged')
    throw new SoundalikeError('SOURCE_FETCH_FAILED', `${options.location.path} answered without a body`);
  return audio;
};

/** The same, but `unchanged` where a link still has the version `etag`. */
export const openAudioUnless = async (
  options: OpenAudioOptions & { etag: string | null | undefined },
): Promise<LocalAudio | 'unchanged'> => {
  const { location, roots, policy, temporaryFolder, etag, signal } = options;
  if (location.root === null) {
    await mkdir(temporaryFolder, { recursive: true });
    const target = join(temporaryFolder, temporaryName('fetch'));
    const fetched = isS3(location.path)
      ? await fetchObject({ url: location.path, target, policy, etag, signal })
      : await fetchToFile({ url: location.path, target, policy, etag, signal });
    if (fetched === 'unchanged') return fetched;
    return {
      path: target,
      name: location.path,
      size: fetched.bytes,
      etag: fetched.etag,
      dispose: () => rm(target, { force: true }),
    };
  }
  const path = resolveLocation(location, roots);
  try {
    const { size } = await stat(path);
    return { path, name: path, size, dispose: async () => {} };
  } catch (cause) {
    throw fileError(path, cause);
  }
};

const fetchObject = async (request: FetchRequest) => {
  const { url, policy, etag } = request;
  const { s3 } = policy;
  if (!s3)
    throw new SoundalikeError('SOURCE_FORBIDDEN', `${url}: buckets are not read here`, { fields: { url } });
  return download(request, async ({ from, version, signal }) => {
    const opened = await openObject(url, s3, {
      from,
      ifMatch: from > 0 ? (version ?? undefined) : undefined,
      ifNoneMatch: from === 0 ? (etag ?? undefined) : undefined,
      signal,
    });
    return opened === 'unchanged' ? opened : { ...opened, from };
  });
};
