import { basename } from 'node:path';
import { toSoundalikeError } from '@soundalike/core/errors';
import { type ManifestEntry, readManifestRow } from './manifest-row.ts';
import { toPlainError, type UnusableEntry } from './read-entry.ts';
import { type ManifestRow, readManifest } from './read-manifest.ts';

/** What a line of a list or manifest says. */
export interface ListedEntry extends ManifestEntry {
  readonly kind: 'listed';
  /** What the line is called where it cannot be used. */
  readonly line: string;
}

/**
 * The rows of a manifest file, in its order and in groups.
 *
 * @param options.name what rows are called by
 * @param options.key tells the list from all others: its rows that cannot be used are items of the ledger
 */
export async function* manifestEntries(
  path: string,
  { name, key = path }: { name?: string; key?: string } = {},
): AsyncGenerator<(ListedEntry | UnusableEntry)[]> {
  for await (const rows of readManifest(path, name))
    yield rows.map((row) => toEntry(row, name ?? basename(path), `${key}#row-${row.number}`));
}

const toEntry = (row: ManifestRow, name: string, line: string): ListedEntry | UnusableEntry => {
  try {
    const { place, externalId, metadata } = readManifestRow(row, name);
    return { kind: 'listed', line, place, externalId, metadata };
  } catch (error) {
    return unusableLine(line, error);
  }
};

/** A line that may stand for a known item. */
export const unusableLine = (line: string, error: unknown): UnusableEntry => ({
  kind: 'invalid',
  location: { root: null, path: line },
  error: toPlainError(toSoundalikeError(error)),
  hidesOthers: true,
});
