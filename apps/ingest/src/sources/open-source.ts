import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Catalogue } from '@soundalike/catalogue';
import { SoundalikeError, toSoundalikeError } from '@soundalike/core';
import { fileError, isAudioName, isLink } from '@soundalike/source';
import { findRoot, type Roots } from './find-root.ts';
import { type ManifestEntry, readManifestRow } from './manifest-row.ts';
import { readManifest } from './read-manifest.ts';
import { scanFolder } from './scan-folder.ts';
import type { Source, SourceEntry } from './source-entry.ts';

export interface OpenSourceOptions {
  /** A folder, an audio file, a manifest (.csv, .jsonl), a list (.txt) or a link. */
  readonly argument: string;
  readonly workingDirectory: string;
  readonly catalogue: Catalogue;
  readonly roots: Roots;
}

/**
 * Opens what the user named. Reading is lazy; entries that cannot be used come as `invalid`.
 *
 * @throws SoundalikeError `SOURCE_NOT_FOUND`, `SOURCE_FORBIDDEN`, `INPUT_INVALID` for a file that is none of these
 */
export const openSource = async (options: OpenSourceOptions): Promise<Source> => {
  const { argument, catalogue, roots } = options;
  if (isLink(argument))
    return { name: argument, entries: only(linkEntry({ place: argument, externalId: null, metadata: {} })) };
  const path = await resolvePath(options);
  const found = await stat(path);
  if (found.isDirectory()) {
    const { root, prefix } = await findRoot(path, catalogue, roots);
    return {
      name: argument,
      entries: scanFolder({ folder: path, root, prefix }),
      complete: { root, prefix: prefix === '' ? '' : `${prefix}/` },
    };
  }
  const files = createFileFinder(dirname(path), options);
  if (/\.(csv|jsonl|ndjson)$/i.test(path)) return { name: argument, entries: manifestEntries(path, files) };
  if (/\.txt$/i.test(path)) return { name: argument, entries: listEntries(path, files) };
  if (isAudioName(path))
    return {
      name: argument,
      entries: only(await files.entry({ place: path, externalId: null, metadata: {} })),
    };
  throw new SoundalikeError(
    'INPUT_INVALID',
    `${argument} is neither a folder, an audio file, a manifest (.csv, .jsonl), a list (.txt) nor a link`,
  );
};

const resolvePath = async ({ argument, workingDirectory }: OpenSourceOptions): Promise<string> => {
  const path = isAbsolute(argument) ? argument : join(workingDirectory, argument);
  return realpath(path).catch((cause) => {
    throw fileError(argument, cause);
  });
};

async function* manifestEntries(path: string, files: FileFinder): AsyncGenerator<SourceEntry> {
  for await (const row of readManifest(path)) {
    const location = { root: null, path: `${basename(path)}#row-${row.number}` };
    try {
      const entry = readManifestRow(row, basename(path));
      yield isLink(entry.place) ? linkEntry(entry) : await files.entry(entry);
    } catch (error) {
      yield { kind: 'invalid', location, error: toSoundalikeError(error) };
    }
  }
}

async function* listEntries(path: string, files: FileFinder): AsyncGenerator<SourceEntry> {
  for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
    const place = line.replace(/^\ufeff/, '').trim();
    if (place === '' || place.startsWith('#')) continue;
    const entry = { place, externalId: null, metadata: {} };
    yield isLink(place) ? linkEntry(entry) : await files.entry(entry);
  }
}

const linkEntry = ({ place, externalId, metadata }: ManifestEntry): SourceEntry => ({
  kind: 'found',
  item: { root: null, path: place, externalId, metadata, size: null, modifiedMs: null },
});

interface FileFinder {
  entry(entry: ManifestEntry): Promise<SourceEntry>;
}

/** Finds the root of each file a list names; relative names start at the list's folder. Files in one folder ask once. */
const createFileFinder = (base: string, { catalogue, roots }: OpenSourceOptions): FileFinder => {
  const known = new Map<string, Promise<{ root: string; prefix: string }>>();
  // Names that stay below the list's folder belong to that folder's root, so that a list makes one root, not one for each subfolder.
  const rootOf = (folder: string) => {
    const start = folder === base || folder.startsWith(`${base}/`) ? base : folder;
    const found = known.get(start) ?? findRoot(start, catalogue, roots);
    known.set(start, found);
    return found.then(({ root, prefix }) => ({
      root,
      prefix: [prefix, folder.slice(start.length + 1)].filter(Boolean).join('/'),
    }));
  };
  return {
    entry: async ({ place, externalId, metadata }) => {
      const path = isAbsolute(place) ? place : join(base, place);
      const { root, prefix } = await rootOf(dirname(path));
      const location = { root, path: [prefix, basename(path)].filter(Boolean).join('/') };
      const found = await stat(path).catch(() => undefined);
      // A file that is not there is an item that fails, so that the report names it and a later run finds it.
      return {
        kind: 'found',
        item: {
          ...location,
          externalId,
          metadata,
          size: found?.size ?? null,
          modifiedMs: found ? Math.floor(found.mtimeMs) : null,
        },
      };
    },
  };
};

async function* only(entry: SourceEntry): AsyncGenerator<SourceEntry> {
  yield entry;
}
