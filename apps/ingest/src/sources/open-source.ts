import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import type { Catalogue } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { fileError, isAudioName, isLink, isS3, refuseScheme, type S3Options } from '@soundalike/source';
import { findRoot, type Roots, readRoots, rootsBelow } from './find-root.ts';
import { placeEntries } from './place-entries.ts';
import { linkEntry } from './reading/link-entry.ts';
import { lookAtFile } from './reading/look-at-file.ts';
import type { ReadEntry } from './reading/read-entry.ts';
import { readInThread } from './reading/read-in-thread.ts';
import { scanBucket } from './scan-bucket.ts';
import type { Source } from './source-entry.ts';

export interface OpenSourceOptions {
  /** A folder, an audio file, a manifest (.csv, .tsv, .jsonl), a list (.txt), a playlist (.m3u, .m3u8), a link or `s3://bucket/prefix`. */
  readonly argument: string;
  readonly workingDirectory: string;
  readonly catalogue: Catalogue;
  readonly roots: Roots;
  readonly s3?: S3Options | undefined;
}

/**
 * Opens what the user named. Reading is lazy; entries that cannot be used come as `invalid`.
 *
 * @throws SoundalikeError `SOURCE_NOT_FOUND`, `SOURCE_FORBIDDEN`, `INPUT_INVALID` for a file or link that is none of these
 */
export const openSource = async (options: OpenSourceOptions): Promise<Source> => {
  const { argument, catalogue, roots, s3 = {} } = options;
  if (argument === '')
    throw new SoundalikeError('INPUT_INVALID', 'The source is an empty text; "." is the folder one is in');
  const nothingSaid = { externalId: null, metadata: {} };
  const link = linkEntry({ place: argument, ...nothingSaid });
  if (link && (isLink(argument) || isAudioName(argument)))
    return { name: argument, key: argument, entries: only(link) };
  if (isS3(argument))
    return {
      name: argument,
      key: argument,
      entries: scanBucket(argument, s3),
      scope: { places: [{ root: '', prefix: /^s3:\/\/[^/]+$/.test(argument) ? `${argument}/` : argument }] },
    };
  const refusal = refuseScheme(argument);
  if (refusal !== undefined) throw new SoundalikeError('INPUT_INVALID', `${argument}: ${refusal}`);
  const path = await resolvePath(options);
  const found = await stat(path);
  const placed = (groups: AsyncIterable<ReadEntry[]>, base: string) =>
    placeEntries(groups, base, { catalogue, roots });
  if (found.isDirectory()) {
    const { root, prefix } = await findRoot(path, catalogue, roots);
    const inner = rootsBelow(path, await readRoots(catalogue, roots));
    return {
      name: argument,
      key: path,
      entries: placed(readInThread({ kind: 'folder', path }), path),
      scope: {
        places: [
          { root, prefix: prefix === '' ? '' : `${prefix}/` },
          ...[...inner].map(([innerFolder, name]) => ({
            root: name,
            prefix: '',
            alias: { root, prefix: `${[prefix, relative(path, innerFolder)].filter(Boolean).join('/')}/` },
          })),
        ],
      },
    };
  }
  // A pipe would be waited for, perhaps forever, and a manifest is read more than once.
  if (!found.isFile()) throw fileError(argument, { code: 'ENXIO' });
  const listed = { name: argument, key: path, scope: { source: path } };
  const read = (kind: 'manifest' | 'list') => placed(readInThread({ kind, path }), dirname(path));
  if (/\.(csv|tsv|jsonl|ndjson)$/i.test(path)) return { ...listed, entries: read('manifest') };
  if (/\.(txt|m3u8?)$/i.test(path)) return { ...listed, entries: read('list') };
  if (isAudioName(path)) {
    const itself = {
      kind: 'below' as const,
      path: basename(path),
      ...nothingSaid,
      ...(await lookAtFile(path)),
    };
    return { name: argument, key: path, entries: placed(only([itself]), dirname(path)) };
  }
  throw new SoundalikeError(
    'INPUT_INVALID',
    `${argument} is neither a folder, an audio file, a manifest (.csv, .tsv, .jsonl), a list (.txt), a playlist (.m3u, .m3u8), a link nor s3://bucket/prefix`,
  );
};

const resolvePath = async ({ argument, workingDirectory }: OpenSourceOptions): Promise<string> => {
  const path = isAbsolute(argument) ? argument : join(workingDirectory, argument);
  return realpath(path).catch((cause) => {
    throw fileError(argument, cause);
  });
};

async function* only<T>(entry: T): AsyncGenerator<T> {
  yield entry;
}
