import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import type { Catalogue } from '@soundalike/catalogue';
import { SoundalikeError, toSoundalikeError } from '@soundalike/core';
import { fileError, isAudioName, isLink, isS3, refuseScheme, type S3Options } from '@soundalike/source';
import { createFileFinder, entryOf, type FileFinder, linkEntry } from './find-file.ts';
import { findRoot, type Roots, readRoots, rootsBelow } from './find-root.ts';
import { excerpt, isTooLong, MAX_PLACE, readManifestRow } from './manifest-row.ts';
import { readList } from './read-list.ts';
import { type ManifestRow, readManifest } from './read-manifest.ts';
import { scanBucket } from './scan-bucket.ts';
import { scanFolder } from './scan-folder.ts';
import type { Source, SourceEntry } from './source-entry.ts';

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
  if (isLink(argument) || (isS3(argument) && isAudioName(argument)))
    return { name: argument, key: argument, entries: only(linkEntry({ place: argument, ...nothingSaid })) };
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
  if (found.isDirectory()) {
    const { root, prefix } = await findRoot(path, catalogue, roots);
    const inner = rootsBelow(path, await readRoots(catalogue, roots));
    return {
      name: argument,
      key: path,
      entries: scanFolder({ folder: path, root, prefix, inner }),
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
  const files = createFileFinder(dirname(path), { catalogue, roots });
  const listed = { name: argument, key: path, scope: { source: path } };
  if (/\.(csv|tsv|jsonl|ndjson)$/i.test(path)) return { ...listed, entries: manifestEntries(path, files) };
  if (/\.(txt|m3u8?)$/i.test(path)) return { ...listed, entries: listEntries(path, files) };
  if (isAudioName(path))
    return { name: argument, key: path, entries: only(await files.entry({ place: path, ...nothingSaid })) };
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

/**
 * The entries of a manifest file, in its order; `name` is what rows are called by, `key` tells the list from all others: its rows that
 * cannot be used are items of the ledger. The files of one group of rows are looked at side by side, those of
 * the next while the group before is worked on: on a network share each look is a round trip.
 */
export async function* manifestEntries(
  path: string,
  files: FileFinder,
  { name, key = path }: { name?: string; key?: string } = {},
): AsyncGenerator<SourceEntry> {
  let ahead: Promise<SourceEntry[]> = Promise.resolve([]);
  for await (const rows of readManifest(path, name)) {
    const before = ahead;
    ahead = Promise.all(rows.map((row) => rowEntry(row, files, { name: name ?? basename(path), key })));
    for (const entry of await before) yield entry;
  }
  for (const entry of await ahead) yield entry;
}

/** A promise only where something has to be waited for: a million of them cost seconds. */
const rowEntry = (
  row: ManifestRow,
  files: FileFinder,
  { name, key }: { name: string; key: string },
): SourceEntry | Promise<SourceEntry> => {
  const invalid = (error: unknown): SourceEntry => ({
    kind: 'invalid',
    location: { root: null, path: `${key}#row-${row.number}` },
    error: toSoundalikeError(error),
    hidesOthers: true,
  });
  try {
    const entry = entryOf(readManifestRow(row, name), files);
    return entry instanceof Promise ? entry.catch(invalid) : entry;
  } catch (error) {
    return invalid(error);
  }
};

/** Characters of a line that cannot be used which are kept: three bytes each still fit into an index of PostgreSQL. */
const SHOWN = 500;

async function* listEntries(path: string, files: FileFinder): AsyncGenerator<SourceEntry> {
  for await (const place of readList(path)) {
    const refusal = refuseScheme(place) ?? refuseNul(place) ?? refuseLong(place);
    if (refusal === undefined) yield await entryOf({ place, externalId: null, metadata: {} }, files);
    else
      yield {
        kind: 'invalid',
        location: { root: null, path: excerpt(place, SHOWN) },
        error: new SoundalikeError('INPUT_INVALID', `${basename(path)}: ${refusal}`, {
          fields: { place: place.slice(0, SHOWN) },
        }),
        hidesOthers: false,
      };
  }
}

/** No file has such a name, and PostgreSQL stores no such text. */
const refuseNul = (place: string): string | undefined =>
  place.includes('\0') ? `a line has a NUL character: ${JSON.stringify(place.slice(0, 200))}` : undefined;

const refuseLong = (place: string): string | undefined =>
  isTooLong(place)
    ? `a line is longer than ${MAX_PLACE.toLocaleString('en')} bytes: ${JSON.stringify(place.slice(0, 200))}…`
    : undefined;

async function* only(entry: SourceEntry): AsyncGenerator<SourceEntry> {
  yield entry;
}
