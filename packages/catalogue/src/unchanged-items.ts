import { sql } from 'kysely';
import type { OpenDatabase } from './database.ts';
import { liesWithin } from './gone.ts';
import type { FoundItem } from './item.ts';
import { placeOf } from './known-items.ts';
import type { SourceScope } from './scanning-port.ts';

/** A known item that an entry is, by place and own id, and in which nothing differs. */
export interface UnchangedItem {
  readonly itemId: number;
  readonly isInScope: boolean;
}

/**
 * The entries that are known and as they were, found by the database itself: one parameter there, one value back. Taken out row by row, the known
 * items of a long manifest cost three times as much. Entries that it does not return may be unchanged all the same; the rules of `recordFound` decide.
 *
 * @param options.found entries of which no two share a place or an own id ({@link haveTwins})
 */
export const findUnchanged = async (
  { kind, db }: Pick<OpenDatabase, 'kind' | 'db'>,
  options: { catalogue: string; space: string; found: readonly FoundItem[]; scope?: SourceScope | undefined },
): Promise<Map<FoundItem, UnchangedItem>> => {
  const { catalogue, space, found, scope } = options;
  const text = JSON.stringify(found.map(toCompared));
  // A cross join keeps the entries outside: SQLite would read the whole index for each.
  const { rows } = await (kind === 'postgres'
    ? sql<{ same: string }>`
        select coalesce(json_agg(json_build_array(entry.at - 1, items.id, items.source = ${scope?.source ?? ''})), '[]')::text as same
        from json_array_elements(${text}::json) with ordinality as entry(value, at)
        join items on items.root = entry.value->>0 and items.path = entry.value->>1 and items.external_id = entry.value->>2
        where items.catalogue = ${catalogue} and items.space = ${space} and items.state in ('indexed', 'duplicate')
          and items.size is not distinct from (entry.value->>3)::bigint and items.modified_ms is not distinct from (entry.value->>4)::bigint
          and items.metadata = coalesce(entry.value->>5, items.metadata)
          and (items.etag is null or items.etag = coalesce(entry.value->>6, items.etag))`
    : sql<{ same: string }>`
        select json_group_array(json_array(entry.key, items.id, items.source = ${scope?.source ?? ''})) as same
        from json_each(${text}) as entry
        cross join items on items.root = entry.value->>0 and items.path = entry.value->>1 and items.external_id = entry.value->>2
        where items.catalogue = ${catalogue} and items.space = ${space} and items.state in ('indexed', 'duplicate')
          and items.size is entry.value->>3 and items.modified_ms is entry.value->>4
          and items.metadata = coalesce(entry.value->>5, items.metadata)
          and (items.etag is null or items.etag = coalesce(entry.value->>6, items.etag))`
  ).execute(db);
  const same = JSON.parse(rows[0]?.same ?? '[]') as [
    at: number,
    itemId: number,
    isOfSource: boolean | 0 | 1,
  ][];
  return new Map(
    same.map(([at, itemId, isOfSource]) => {
      const entry = found[at] as FoundItem;
      const place = { root: entry.root ?? '', path: entry.path, source: '' };
      const isInScope = scope?.source === undefined ? liesWithin(scope, place) : Boolean(isOfSource);
      return [entry, { itemId, isInScope }];
    }),
  );
};

/** Whether two entries share a place or an own id: which of them is the known item takes all the rules. */
export const haveTwins = (found: readonly FoundItem[]): boolean => {
  const ownIds = found.flatMap(({ externalId }) => externalId ?? []);
  const places = found.map(({ root, path }) => placeOf({ root: root ?? '', path }));
  return new Set(ownIds).size < ownIds.length || new Set(places).size < places.length;
};

/** What is compared of an entry, in the order in which the statements read it; null for metadata or a mark that says nothing: what is known stays then. */
const toCompared = (entry: FoundItem) => [
  entry.root ?? '',
  // Half a surrogate pair, as an escape of JSON can name one, is stored as U+FFFD; PostgreSQL refuses it in JSON.
  entry.path.toWellFormed(),
  (entry.externalId ?? '').toWellFormed(),
  entry.size,
  entry.modifiedMs,
  saysNothing(entry) ? null : JSON.stringify(entry.metadata),
  entry.etag?.toWellFormed() || null,
];

/** A folder scan says nothing about metadata; it does not wipe what a manifest said earlier. */
export const saysNothing = ({ externalId, metadata }: FoundItem): boolean =>
  externalId === null && Object.keys(metadata).length === 0;
