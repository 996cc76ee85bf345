import type { FoundItem, ItemLocation } from '@soundalike/catalogue';
import { type ErrorCode, SoundalikeError } from '@soundalike/core/errors';
import type { SourceEntry } from '../source-entry.ts';
import type { FileLook } from './look-at-file.ts';
import type { ManifestEntry } from './manifest-row.ts';

/** What is said of a file beside where it is, and what a look at it told. */
export type LookedAt = Omit<ManifestEntry, 'place'> & FileLook;

/**
 * What reading a folder or list gives before anybody asked which root a file belongs to, as plain data: `below` the folder that is read or that the
 * list lies in, `elsewhere` on this host, a link or an object of a bucket (`found`), or `invalid`.
 */
export type ReadEntry =
  | ({ readonly kind: 'below'; readonly path: string } & LookedAt)
  | ({ readonly kind: 'elsewhere'; readonly file: string } & LookedAt)
  | { readonly kind: 'found'; readonly item: FoundItem }
  | UnusableEntry;

/** A group as it goes from thread to thread. Most entries are files, which go as lists: the names of their fields would be half of the text. */
export const packEntries = (entries: readonly ReadEntry[]): string =>
  JSON.stringify(
    entries.map((entry) =>
      entry.kind === 'below'
        ? ([entry.path, entry.externalId, entry.metadata, entry.size, entry.modifiedMs] satisfies PackedFile)
        : entry,
    ),
  );

export const unpackEntries = (text: string): ReadEntry[] =>
  (JSON.parse(text) as (PackedFile | ReadEntry)[]).map((entry) => {
    if (!isPacked(entry)) return entry;
    const [path, externalId, metadata, size, modifiedMs] = entry;
    return { kind: 'below', path, externalId, metadata, size, modifiedMs };
  });

type PackedFile = [string, string | null, FoundItem['metadata'], number | null, number | null];

const isPacked = (entry: PackedFile | ReadEntry): entry is PackedFile => Array.isArray(entry);

export interface UnusableEntry {
  readonly kind: 'invalid';
  readonly location: ItemLocation;
  /** Whether the location is a path below the folder that is read. */
  readonly isBelow?: boolean;
  readonly error: PlainError;
  readonly hidesOthers: boolean;
}

/** An error of ours as it goes from thread to thread. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

export const toPlainError = ({ code, message, detail, fields }: SoundalikeError): PlainError => ({
  code,
  message,
  detail,
  fields,
});

/** The same for whoever records sources. */
export const toInvalid = (
  { location, error, hidesOthers }: UnusableEntry,
  place: ItemLocation = location,
): SourceEntry => ({ kind: 'invalid', location: place, error: fromPlainError(error), hidesOthers });

export const fromPlainError = ({ code, message, detail, fields }: PlainError): SoundalikeError =>
  new SoundalikeError(code, message, { fields, ...(detail === undefined ? {} : { detail }) });
