import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { OpenDatabase } from './database.ts';
import type { Database } from './schema.ts';

/**
 * What tells whether an entry is a known item and what changed about it, each column at its place among the asked ones; the long texts of a row stay where
 * they are. Written out, since a loop over names takes four times as long for the 100,000 items of a list.
 */
const fromValues = (values: readonly unknown[]) => ({
  id: values[0],
  root: values[1],
  path: values[2],
  external_id: values[3],
  metadata: values[4],
  size: values[5],
  modified_ms: values[6],
  etag: values[7],
  run_id: values[8],
  source: values[9],
  state: values[10],
  tries: values[11],
  attempts: values[12],
  queued_at: values[13],
  content_id: values[14],
  track_id: values[15],
  space: values[16],
});
const COMPARED = Object.keys(fromValues([])) as (keyof ReturnType<typeof fromValues>)[];
export type KnownRow = Pick<Selectable<Database['items']>, (typeof COMPARED)[number]>;

export type Connected = Pick<OpenDatabase, 'kind' | 'db'> & {
  /** Whether what is found is written in the same transaction: PostgreSQL keeps workers from ending it meanwhile. */
  readonly willWrite?: boolean;
};

/** The items at places below a root, by id. */
export const itemsAt = (
  database: Connected,
  { catalogue, root, paths }: { catalogue: string; root: string; paths: readonly string[] },
): Promise<KnownRow[]> =>
  lookUp(
    database,
    paths,
    sql`items.catalogue = ${catalogue} and items.root = ${root} and items.path = asked.value`,
  );

/** The living items of own ids, by id; said not to be empty although none is: the index holds only such. */
export const itemsOwning = (
  database: Connected,
  { catalogue, ownIds }: { catalogue: string; ownIds: readonly string[] },
): Promise<KnownRow[]> =>
  lookUp(
    database,
    ownIds,
    sql`items.catalogue = ${catalogue} and items.external_id <> '' and items.external_id = asked.value and items.state <> 'gone'`,
  );

/**
 * The items that `where` finds for each asked value: one value there and one back, since taken out row by row the known items of a long manifest cost
 * three times as much. Each value is looked up by itself, whatever the planner thinks: without statistics, as after a first run, each group
 * of values would read the whole index. A cross join keeps SQLite to that, `offset 0` PostgreSQL.
 */
const lookUp = async (
  { kind, db, willWrite = false }: Connected,
  values: readonly string[],
  where: RawBuilder<unknown>,
): Promise<KnownRow[]> => {
  if (values.length === 0) return [];
  const columns = sql.join(COMPARED.map((name) => sql.ref(`items.${name}`)));
  const { rows } = await (kind === 'postgres'
    ? sql<{
        items: string | null;
      }>`select json_agg(found.item)::text as items from unnest(${[...values]}::text[]) as asked(value)
        cross join lateral (select json_build_array(${columns}) as item from items where ${where} offset 0 ${sql.raw(willWrite ? 'for update' : '')}) as found`
    : sql<{ items: string }>`select json_group_array(json_array(${columns})) as items
        from json_each(${JSON.stringify(values)}) as asked cross join items on ${where}`
  ).execute(db);
  return (JSON.parse(rows[0]?.items ?? '[]') as unknown[][])
    .map((values) => fromValues(values) as KnownRow)
    .sort((a, b) => a.id - b.id);
};
