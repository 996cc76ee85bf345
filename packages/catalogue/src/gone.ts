import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Catalogue, Place, SourceScope } from './catalogue.ts';
import { promoteCopies } from './copies.ts';
import type { OpenDatabase } from './database.ts';
import { forgetNames, isNamedElsewhere, passOn } from './item-names.ts';
import { chunksOf, IDS_PER_STATEMENT } from './rows.ts';
import type { Database } from './schema.ts';
import { waitToScan } from './turn.ts';

type Gone = Pick<Catalogue, 'knownItems' | 'countKnown' | 'countUnseen' | 'recordGone' | 'goneTracks'>;
type Db = OpenDatabase['db'];

/** Sorts after all others. Paths compare as UTF-8 bytes, where U+FFFF comes before an emoji. */
const LAST_CHARACTER = '\u{10ffff}';

/** What a source once named and names no more. */
export const createGone = ({ kind, db }: OpenDatabase): Gone => ({
  knownItems: async ({ catalogue, scope, after = 0, limit }) => {
    const rows = await db
      .selectFrom('items')
      .select(['id', 'root', 'path', 'size', 'modified_ms'])
      .where(within(catalogue, scope))
      .where(isOnlyOf(scope))
      .where('state', '!=', 'gone')
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ root, modified_ms, ...row }) => ({
      ...row,
      root: root === '' ? null : root,
      modifiedMs: modified_ms,
    }));
  },

  countKnown: async ({ catalogue, scope, named = false }) => {
    const { count } = await db
      .selectFrom('items')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where((where) =>
        where.or([within(catalogue, scope)(where), ...(named ? [isAlsoNamedBy(catalogue, scope)] : [])]),
      )
      .where('state', '!=', 'gone')
      .executeTakeFirstOrThrow();
    return Number(count);
  },

  countUnseen: async ({ runId, catalogue, scope }) => {
    const { unseen, moved } = await db
      .selectFrom('items')
      .select((eb) => [
        eb.fn.countAll<number>().as('unseen'),
        // A file of this size and time turned up elsewhere in this run: it was moved, not lost.
        sql<number>`coalesce(sum(case when exists (select 1 from items as seen where seen.run_id = ${runId} and seen.size = items.size
          and seen.modified_ms = items.modified_ms and seen.state in ('queued', 'active')) then 1 else 0 end), 0)`.as(
          'moved',
        ),
      ])
      .where(within(catalogue, scope))
      .where(isOnlyOf(scope))
      .where(unseenIn(runId, scope))
      .executeTakeFirstOrThrow();
    return { unseen: Number(unseen), moved: Number(moved) };
  },

  recordGone: ({ runId, catalogue, scope }) =>
    db.transaction().execute(async (transaction) => {
      await waitToScan({ kind, db: transaction });
      if (scope.source !== undefined) await passOn(transaction, { source: scope.source, catalogue, runId });
      const gone = await transaction
        .updateTable('items')
        .set({ state: 'gone', outcome: 'gone', run_id: runId, finished_at: Date.now(), lease_until: null })
        .where(within(catalogue, scope))
        .where(unseenIn(runId, scope))
        .returning(['id', 'track_id'])
        .execute();
      await forgetNames(
        transaction,
        gone.map(({ id }) => id),
      );
      const tracks = [...new Set(gone.map(({ track_id }) => track_id).filter((id) => id !== null))];
      const promoted = await promoteCopies(transaction, tracks);
      return { items: gone.length, orphanTracks: await withoutItems(transaction, tracks), promoted };
    }),

  goneTracks: async ({ catalogue, scope, limit }) => {
    const rows = await db
      .selectFrom('items')
      .innerJoin('tracks', 'tracks.id', 'items.track_id')
      .select('items.track_id as id')
      .distinct()
      .where(within(catalogue, scope))
      .where('items.state', '=', 'gone')
      .where(
        sql<SqlBool>`not exists (select 1 from items as living where living.track_id = items.track_id and living.state <> 'gone')`,
      )
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id as string);
  },
});

/** Of these tracks, those that no living item points to. */
export const withoutItems = async (db: Db, trackIds: readonly string[]): Promise<string[]> => {
  const held = new Set<string | null>();
  for (const ids of chunksOf(trackIds, IDS_PER_STATEMENT)) {
    const rows = await db
      .selectFrom('items')
      .select('track_id')
      .distinct()
      .where('track_id', 'in', ids)
      .where('state', '!=', 'gone')
      .execute();
    for (const { track_id } of rows) held.add(track_id);
  }
  return trackIds.filter((id) => !held.has(id));
};

type Items = ExpressionBuilder<Database, 'items'>;

const within =
  (catalogue: string, scope: SourceScope) =>
  (where: Items): Expression<SqlBool> =>
    where.and([
      where('items.catalogue', '=', catalogue),
      scope.source === undefined
        ? where.or(scope.places.map((place) => isBelow(where, place)))
        : where('items.source', '=', scope.source),
    ]);

const isBelow = (where: Items, { root, prefix }: Place): Expression<SqlBool> =>
  where.and([
    where('items.root', '=', root),
    // A range, not LIKE: paths hold % and _.
    ...(prefix === ''
      ? []
      : [where('items.path', '>=', prefix), where('items.path', '<', `${prefix}${LAST_CHARACTER}`)]),
  ]);

/** What another source names goes over to that one. A folder or bucket says of its places whether there is something, whoever names it. */
const isOnlyOf = (scope: SourceScope): Expression<SqlBool> =>
  scope.source === undefined ? sql<SqlBool>`true` : sql<SqlBool>`not ${isNamedElsewhere}`;

const isAlsoNamedBy = (catalogue: string, { source = '' }: SourceScope): Expression<SqlBool> =>
  sql<SqlBool>`(items.catalogue = ${catalogue} and exists (select 1 from item_names where item_names.item_id = items.id
    and item_names.source = ${source}))`;

/**
 * Living items that neither the run nor a later one saw. In a folder or bucket one that lies where the run saw another item is there, too: a list may give a file
 * several own ids.
 */
const unseenIn =
  (runId: number, scope: SourceScope) =>
  (where: Items): Expression<SqlBool> =>
    where.and([
      where('items.run_id', '<', runId),
      where('items.state', '!=', 'gone'),
      ...(scope.source === undefined
        ? [
            sql<SqlBool>`not exists (select 1 from items as twin where twin.catalogue = items.catalogue and twin.root = items.root
              and twin.path = items.path and twin.run_id >= ${runId} and twin.state <> 'gone')`,
            ...scope.places.flatMap((place) => (place.alias ? [isNotSeenAs(place, place.alias, runId)] : [])),
          ]
        : []),
    ]);

/** What a manifest named by an own id as part of the outer root is there, too, where the run saw the file by its name in the inner one. */
const isNotSeenAs = (
  place: Place,
  alias: { root: string; prefix: string },
  runId: number,
): Expression<SqlBool> => {
  const prefix = sql`cast(${alias.prefix} as text)`;
  return sql<SqlBool>`not (items.external_id <> '' and items.root = ${alias.root} and substr(items.path, 1, length(${prefix})) = ${prefix}
    and exists (select 1 from items as twin where twin.catalogue = items.catalogue and twin.root = ${place.root}
      and twin.path = cast(${place.prefix} as text) || substr(items.path, length(${prefix}) + 1) and twin.run_id >= ${runId}
      and twin.state <> 'gone'))`;
};

/** `within` for a row at hand. */
export const liesWithin = (
  scope: SourceScope | undefined,
  row: { root: string; path: string; source: string },
): boolean => {
  if (scope === undefined) return false;
  return scope.source === undefined
    ? scope.places.some(({ root, prefix }) => row.root === root && row.path.startsWith(prefix))
    : row.source === scope.source;
};
