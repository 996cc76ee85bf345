import type { Filter, Range } from '@soundalike/core';
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from './schema.ts';

type Where = ExpressionBuilder<Database, 'tracks'>;

/** The typed filter as SQL over the tracks table; means what `matchesFilter` means. */
export const filterTracks = (where: Where, filter: Filter): Expression<SqlBool> => {
  const { tags, trackIds, excludeTrackIds } = filter;
  return where.and([
    ...text(where, 'artist', filter.artist),
    ...text(where, 'album', filter.album),
    ...text(where, 'genre', filter.genre),
    ...(tags?.any ? [where.or(tags.any.map(hasTag))] : []),
    ...(tags?.all ?? []).map(hasTag),
    ...(tags?.none ?? []).map((tag) => where.not(hasTag(tag))),
    ...range(where, 'year', filter.year),
    ...range(where, 'duration_seconds', filter.duration),
    ...(trackIds ? [anyOf(where, 'id', trackIds)] : []),
    ...(excludeTrackIds?.length ? [where.not(anyOf(where, 'id', excludeTrackIds))] : []),
  ]);
};

const text = (
  where: Where,
  column: 'artist' | 'album' | 'genre',
  wanted: string | readonly string[] | undefined,
): Expression<SqlBool>[] =>
  wanted === undefined ? [] : [anyOf(where, column, typeof wanted === 'string' ? [wanted] : wanted)];

const anyOf = (
  where: Where,
  column: 'artist' | 'album' | 'genre' | 'id',
  values: readonly string[],
): Expression<SqlBool> =>
  values.length === 0
    ? sql<SqlBool>`1 = 0`
    : where(where.fn.coalesce(column, sql<string>`''`), 'in', [...values]);

/**
 * Tags are a JSON list of strings. With its brackets turned into commas, a tag is in it exactly where its JSON text stands between two
 * commas (quotes inside tags are escaped, so they cannot imitate that). `replace` knows no wildcards and is on both databases.
 */
const hasTag = (tag: string): Expression<SqlBool> =>
  sql<SqlBool>`replace(',' || substr(tags, 2, length(tags) - 2) || ',', ${`,${JSON.stringify(tag)},`}, '') <> ',' || substr(tags, 2, length(tags) - 2) || ','`;

const range = (
  where: Where,
  column: 'year' | 'duration_seconds',
  wanted: Range | undefined,
): Expression<SqlBool>[] => {
  if (wanted === undefined || (wanted.from === undefined && wanted.to === undefined)) return [];
  return [
    where(column, '!=', 0),
    ...(wanted.from === undefined ? [] : [where(column, '>=', wanted.from)]),
    ...(wanted.to === undefined ? [] : [where(column, '<=', wanted.to)]),
  ];
};
