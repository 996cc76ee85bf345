import { type Filter, type Range, SoundalikeError } from '@soundalike/core';
import { storedText, TAG_BYTES } from './stored-text.ts';

/** One thing a row must satisfy, in the smallest vocabulary that every backend can express. */
export type Condition =
  | {
      readonly kind: 'text';
      readonly column: 'artist' | 'album' | 'genre' | 'track_id';
      readonly values: readonly string[];
      /** True: the column equals none of the values. */
      readonly negate: boolean;
    }
  | { readonly kind: 'tags'; readonly mode: 'any' | 'all' | 'none'; readonly values: readonly string[] }
  /** The value is known (not 0) and lies within the ends, which are finite. */
  | {
      readonly kind: 'range';
      readonly column: 'year' | 'duration';
      readonly from: number | undefined;
      readonly to: number | undefined;
    };

/** Largest year either side of 0 that a row can hold. */
export const MAX_YEAR = 2 ** 31 - 1;

/** Most values in one list of a compiled expression; longer lists become several conditions or several searches. */
export const LIST_CHUNK = 1_000;

/**
 * A filter as conditions that must all hold, one list for each search to be made: more than one where `trackIds` is
 * long, none where no row can pass. Texts are those the rows hold (shortened the same way), lists without duplicates.
 *
 * @throws SoundalikeError `INPUT_INVALID` for NaN in a range, NUL and lone surrogates
 */
export const planFilter = (filter: Filter | undefined): Condition[][] => {
  if (!filter) return [[]];
  const conditions: Condition[] = [];
  let impossible = false;
  for (const column of ['artist', 'album', 'genre'] as const) {
    const wanted = filter[column];
    if (wanted === undefined) continue;
    const values = unique(
      (typeof wanted === 'string' ? [wanted] : wanted).map((value) => storedText(column, value)),
    );
    impossible ||= values.length === 0;
    conditions.push({ kind: 'text', column, values, negate: false });
  }
  for (const mode of ['any', 'all', 'none'] as const) {
    const wanted = filter.tags?.[mode];
    if (wanted === undefined) continue;
    const values = unique(wanted.map((tag) => storedText('tags', tag, TAG_BYTES)));
    impossible ||= mode === 'any' && values.length === 0;
    if (values.length > 0) conditions.push({ kind: 'tags', mode, values });
  }
  for (const column of ['year', 'duration'] as const) {
    const range = planRange(column, filter[column]);
    if (range === 'nothing') impossible = true;
    else if (range) conditions.push(range);
  }
  for (const values of chunks(unique(checkIds(filter.excludeTrackIds ?? []))))
    conditions.push({ kind: 'text', column: 'track_id', values, negate: true });
  if (impossible) return [];
  if (filter.trackIds === undefined) return [conditions];
  return chunks(unique(checkIds(filter.trackIds))).map((values) => [
    { kind: 'text', column: 'track_id', values, negate: false },
    ...conditions,
  ]);
};

const planRange = (
  column: 'year' | 'duration',
  range: Range | undefined,
): Condition | 'nothing' | undefined => {
  if (range === undefined || (range.from === undefined && range.to === undefined)) return undefined;
  const from = range.from ?? -Infinity;
  const to = range.to ?? Infinity;
  if (Number.isNaN(from) || Number.isNaN(to))
    throw new SoundalikeError('INPUT_INVALID', `The filter's ${column} must be numbers, got NaN`, {
      fields: { field: column },
    });
  // Years are 32-bit columns, which cannot be compared with 1999.5 or 5e9 everywhere.
  const lowest = column === 'year' ? Math.max(Math.ceil(from), -MAX_YEAR) : from;
  const highest = column === 'year' ? Math.min(Math.floor(to), MAX_YEAR) : to;
  if (lowest > highest || lowest === Infinity || highest === -Infinity) return 'nothing';
  return {
    kind: 'range',
    column,
    from: Number.isFinite(lowest) ? lowest : undefined,
    to: Number.isFinite(highest) ? highest : undefined,
  };
};

const checkIds = (ids: readonly string[]): string[] => ids.map((id) => storedText('trackIds', id));

const unique = (values: readonly string[]): string[] => [...new Set(values)];

/** Splits a list into pieces of at most `size`; an empty list has none. */
export const chunks = <T>(values: readonly T[], size = LIST_CHUNK): T[][] => {
  const pieces: T[][] = [];
  for (let at = 0; at < values.length; at += size) pieces.push(values.slice(at, at + size));
  return pieces;
};
