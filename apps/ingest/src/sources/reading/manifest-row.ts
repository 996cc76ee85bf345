import type { FoundItem } from '@soundalike/catalogue';
import type { TrackMetadata } from '@soundalike/core';
import { SoundalikeError } from '@soundalike/core/errors';
import { isLink, refuseScheme } from '@soundalike/source';
import { KNOWN, PLACES, TEXTS, YEAR } from './manifest-columns.ts';
import type { ManifestRow } from './read-manifest.ts';

/** Longest value kept, characters. */
const MAX_TEXT = 2_000;

/** Bytes of a path or link: longer ones do not fit into an index of PostgreSQL. */
export const MAX_PLACE = 2_000;

export const isTooLong = (place: string): boolean => Buffer.byteLength(place) > MAX_PLACE;

/** What a manifest row says: where the audio is (path or link as written), the own id and the metadata. */
export interface ManifestEntry {
  readonly place: string;
  readonly externalId: string | null;
  readonly metadata: FoundItem['metadata'];
}

/**
 * Reads the columns of one row.
 *
 * @throws SoundalikeError `MANIFEST_INVALID` naming row and column
 */
export const readManifestRow = (row: ManifestRow, manifest: string): ManifestEntry => {
  const invalid = (reason: string) => {
    const { id } = row.columns;
    const own =
      (typeof id === 'string' && id !== '') || typeof id === 'number'
        ? ` (id ${excerpt(String(id), 80)})`
        : '';
    return new SoundalikeError('MANIFEST_INVALID', `${manifest}, row ${row.number}${own} ${reason}`, {
      fields: { manifest, row: row.number },
    });
  };
  if (row.problem) throw invalid(row.problem);
  const text = (name: string): string | null => {
    const value = row.columns[name];
    if (value === undefined || value === null || value === '') return null;
    if (typeof value === 'object') throw invalid(`has a list or object in "${name}", where text belongs`);
    if (String(value).includes('\0')) throw invalid(`has a NUL character in "${name}"`);
    // Half a surrogate pair, as an escape of JSON can name one, is stored as U+FFFD, and looked for as that ever after.
    return String(value).trim().toWellFormed() || null;
  };
  const short = (name: string): string | null => text(name)?.slice(0, MAX_TEXT).toWellFormed() ?? null;
  let place: string | null = null;
  // Those after it are not read: `file` may be an object where `path` says it already.
  for (const name of PLACES) place ??= text(name);
  if (!place) throw invalid('has none of "path", "file" and "url"');
  if (isTooLong(place))
    throw invalid(
      `names a place longer than ${MAX_PLACE.toLocaleString('en')} bytes: ${place.slice(0, 100)}…`,
    );
  if (isLink(place) && !URL.canParse(place))
    throw invalid(`names a link that is none: ${excerpt(place, 100)}`);
  const refusal = refuseScheme(place);
  if (refusal !== undefined) throw invalid(`cannot be used: ${refusal}`);
  const date = text('year');
  const year = date === null ? undefined : yearOf(date);
  if (year === null) throw invalid(`has a "year" that is not a year: ${JSON.stringify(date)}`);
  const metadata: Record<string, unknown> = {};
  for (const name of TEXTS) {
    const value = short(name);
    if (value !== null) metadata[name] = value;
  }
  if (year !== undefined) metadata.year = year;
  Object.assign(metadata, tagsOf(row.columns.tags), attributesOf(row.columns));
  return { place, externalId: short('id'), metadata };
};

/** The start of a text as it may stand in a message: PostgreSQL stores neither NUL nor half a surrogate pair. */
export const excerpt = (text: string, length: number): string =>
  text.slice(0, length).replaceAll('\0', '\uFFFD').toWellFormed();

/** The year of a date; undefined for 0, which music databases write where they know none; null for what is neither. */
const yearOf = (date: string): number | undefined | null =>
  YEAR.test(date) ? Number.parseInt(date, 10) || undefined : null;

/** A list (JSONL), or text with `;` or `|` between the tags. */
const tagsOf = (value: unknown): Pick<TrackMetadata, 'tags'> | object => {
  const parts = Array.isArray(value)
    ? value.map(String)
    : typeof value === 'string'
      ? value.split(/[;|]/)
      : [];
  const tags = [...new Set(parts.map((tag) => tag.trim().slice(0, 200)).filter(Boolean))];
  return tags.length > 0 ? { tags } : {};
};

const attributesOf = (
  columns: Readonly<Record<string, unknown>>,
): Pick<TrackMetadata, 'attributes'> | object => {
  const entries = Object.entries(columns)
    .filter(
      ([name, value]) =>
        name !== '' && !KNOWN.has(name) && value !== '' && value !== null && value !== undefined,
    )
    .map(([name, value]) => [
      name.slice(0, 100),
      typeof value === 'number' || typeof value === 'boolean'
        ? value
        : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_TEXT),
    ]);
  return entries.length > 0 ? { attributes: Object.fromEntries(entries) } : {};
};
