import { realpath, stat } from 'node:fs/promises';
import type { Catalogue } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { openSource, type Roots, type Source, type SourceEntry } from '@soundalike/ingest';
import { evenly } from '@soundalike/query';

/** Fewer tracks than this are no catalogue. */
export const MIN_TRACKS = 10;

/** At most so many files are kept out of the catalogue, and one in so many. */
const MOST_STRANGERS = 20;
const ONE_STRANGER_IN = 10;

type Found = Extract<SourceEntry, { kind: 'found' }>;

export interface ChosenFiles {
  /** What is ingested. */
  readonly source: Source;
  /** Paths below the folder that are kept out, to see what music that is not there is answered with. */
  readonly strangers: readonly string[];
  /** Audio files in the folder. */
  readonly found: number;
}

/**
 * The folder, links resolved.
 *
 * @throws SoundalikeError `SOURCE_NOT_FOUND`, `INPUT_INVALID` for what is no folder
 */
export const resolveFolder = async (folder: string): Promise<string> => {
  const path = await realpath(folder).catch((cause) => {
    throw new SoundalikeError('SOURCE_NOT_FOUND', `There is no folder ${folder}`, { cause });
  });
  if ((await stat(path)).isDirectory()) return path;
  throw new SoundalikeError(
    'INPUT_INVALID',
    `${folder} is no folder; bench --quality takes a folder of audio files`,
  );
};

/**
 * Files spread evenly over a folder, and a few that are kept out.
 *
 * @throws SoundalikeError `INPUT_INVALID` where there are too few
 */
export const chooseFiles = async (options: {
  folder: string;
  tracks: number;
  catalogue: Catalogue;
  roots: Roots;
  signal: AbortSignal;
}): Promise<ChosenFiles> => {
  const { folder, tracks, catalogue, roots, signal } = options;
  const source = await openSource({ argument: folder, workingDirectory: folder, catalogue, roots });
  const found: Found[] = [];
  for await (const entry of source.entries) {
    signal.throwIfAborted();
    if (entry.kind === 'found') found.push(entry);
  }
  if (found.length < MIN_TRACKS)
    throw new SoundalikeError(
      'INPUT_INVALID',
      `${folder} holds ${found.length === 0 ? 'no audio file' : `${found.length} audio ${found.length === 1 ? 'file' : 'files'}`}; at least ${MIN_TRACKS} are needed to say anything. Name a folder with more music, subfolders included.`,
    );
  const byPath = found.sort((a, b) => (a.item.path < b.item.path ? -1 : 1));
  const chosen = evenly(byPath, tracks);
  const spare = Math.min(
    MOST_STRANGERS,
    Math.floor(chosen.length / ONE_STRANGER_IN),
    chosen.length - MIN_TRACKS,
  );
  const strangers = new Set(evenly(chosen, spare));
  return {
    source: {
      name: source.name,
      key: source.key,
      entries: each(chosen.filter((entry) => !strangers.has(entry))),
    },
    strangers: [...strangers].map(({ item }) => item.path),
    found: found.length,
  };
};

async function* each(entries: readonly SourceEntry[]): AsyncGenerator<SourceEntry> {
  yield* entries;
}
