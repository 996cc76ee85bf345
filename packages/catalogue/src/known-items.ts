import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { FoundItem, ItemLocation } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { chunksOf } from './rows.ts';
import type { Database } from './schema.ts';

type Connected = Pick<OpenDatabase, 'kind' | 'db'>;

/** What tells whether an entry is a known item and what changed about it; the long texts of a row stay where they are. */
const COMPARED = [
  'id',
  'root',
  'path',
  'external_id',
  'metadata',
  'size',
  'modified_ms',
  'etag',
  'run_id',
  'source',
  'state',
  'tries',
  'attempts',
  'queued_at',
  'content_id',
  'track_id',
  'space',
] as const;
export type KnownRow = Pick<Selectable<Database['items']>, (typeof COMPARED)[number]>;

const ROWS_PER_STATEMENT = 500;

/**
 * The rows that entries may be, by place; the right one also by own id.
 *
 * @param options.runId a run that may have claimed own ids for other places earlier; none where entries are only compared
 */
export const findKnown = async (
  { kind, db }: Connected,
  { catalogue, found, runId }: { catalogue: string; found: readonly FoundItem[]; runId?: number | undefined },
) => {
  const byPlace = new Map<string, KnownRow[]>();
  const byId = new Map<number, KnownRow>();
  const roots = new Map<string, string[]>();
  // Half a surrogate pair, as an escape of JSON can name one, is stored as U+FFFD.
  for (const { root, path } of found) pushTo(roots, root ?? '', path.toWellFormed());
  for (const [root, paths] of roots) {
    for (const row of await rowsAt({ kind, db }, { catalogue, root, paths: [...new Set(paths)] })) {
      pushTo(byPlace, placeOf(row), row);
      byId.set(row.id, row);
    }
  }
  const here = (entry: FoundItem) =>
    byPlace.get(placeOf({ root: entry.root ?? '', path: entry.path.toWellFormed() })) ?? [];
  const isAtItsPlace = (entry: FoundItem) =>
    here(entry).some(({ external_id }) => external_id === entry.externalId);
  const owners = await ownersOf(
    { kind, db },
    catalogue,
    runId === undefined ? found.filter((entry) => !isAtItsPlace(entry)) : found,
  );
  // Nearly always an id is where it was, and its row is here already.
  const elsewhere = [...new Set(owners.values())].filter((id) => !byId.has(id));
  for (const chunk of chunksOf(elsewhere, ROWS_PER_STATEMENT)) {
    const rows = await db.selectFrom('items').select(COMPARED).where('id', 'in', chunk).execute();
    for (const row of rows) byId.set(row.id, row);
  }
  const byOwnId = new Map<string, KnownRow>();
  for (const [externalId, id] of owners) {
    const row = byId.get(id);
    if (row) byOwnId.set(externalId, row);
  }
  const taken = new Set<number>();
  const claims = new Map<string, ItemLocation>();
  return {
    rows: () => [...[...byPlace.values()].flat(), ...byOwnId.values()],
    /** Claims an entry's own id for its place; where another place of this run has it, that place. */
    claim: (entry: FoundItem): ItemLocation | undefined => {
      if (entry.externalId === null) return undefined;
      const row = byOwnId.get(entry.externalId);
      const earlier =
        claims.get(entry.externalId) ??
        (row && row.run_id === runId ? { root: row.root || null, path: row.path } : undefined);
      if (
        earlier &&
        placeOf({ root: earlier.root ?? '', path: earlier.path }) !==
          placeOf({ root: entry.root ?? '', path: entry.path })
      )
        return earlier;
      claims.set(entry.externalId, { root: entry.root, path: entry.path });
      return undefined;
    },
    rowOf: (entry: FoundItem): KnownRow | undefined => {
      const candidates = here(entry);
      const free = ({ id }: KnownRow) => !taken.has(id);
      // The same own id here; else that id at its old place; else a row of this place without one is adopted. An entry without own id is
      // whatever is known of its place.
      const row =
        entry.externalId === null
          ? (candidates.find((known) => known.external_id === '' && free(known)) ?? candidates.find(free))
          : (candidates.find(({ external_id }) => external_id === entry.externalId) ??
            byOwnId.get(entry.externalId) ??
            candidates.find((known) => known.external_id === '' && free(known)));
      if (row) taken.add(row.id);
      return row;
    },
  };
};

/** The items at places, by id. */
const rowsAt = async (
  database: Connected,
  { catalogue, root, paths }: { catalogue: string; root: string; paths: readonly string[] },
): Promise<KnownRow[]> => {
  const where = sql`items.catalogue = ${catalogue} and items.root = ${root} and items.path = asked.value`;
  const rows = await lookUp(database, { columns: COMPARED, values: paths, where });
  return rows.map(toKnownRow).sort((a, b) => a.id - b.id);
};

/**
 * Columns of the items that `where` finds for each asked value, in no order: one value there and one back, since taken out row by row the known items of
 * a long manifest cost three times as much. Each value is looked up by itself, whatever the planner thinks: without statistics, as after a
 * first run, each group of values would read the whole index. A cross join keeps SQLite to that, `offset 0` PostgreSQL.
 */
const lookUp = async (
  { kind, db }: Connected,
  options: { columns: readonly string[]; values: readonly string[]; where: RawBuilder<unknown> },
): Promise<unknown[][]> => {
  const { values, where } = options;
  const columns = sql.join(options.columns.map((name) => sql.ref(`items.${name}`)));
  const { rows } = await (kind === 'postgres'
    ? sql<{
        items: string | null;
      }>`select json_agg(found.item)::text as items from unnest(${[...values]}::text[]) as asked(value)
        cross join lateral (select json_build_array(${columns}) as item from items where ${where} offset 0) as found`
    : sql<{ items: string }>`select json_group_array(json_array(${columns})) as items
        from json_each(${JSON.stringify(values)}) as asked cross join items on ${where}`
  ).execute(db);
  return JSON.parse(rows[0]?.items ?? '[]') as unknown[][];
};

const toKnownRow = (values: readonly unknown[]): KnownRow => {
  const row: Record<string, unknown> = {};
  for (const [at, name] of COMPARED.entries()) row[name] = values[at];
  return row as KnownRow;
};

/** The newest item that each own id of the entries stands for, gone ones left out: id by own id. */
const ownersOf = async (
  database: Connected,
  catalogue: string,
  found: readonly FoundItem[],
): Promise<Map<string, number>> => {
  const values = [...new Set(found.flatMap(({ externalId }) => externalId?.toWellFormed() ?? []))];
  if (values.length === 0) return new Map();
  // Said although no id is empty: the index holds only those that are not.
  const where = sql`items.catalogue = ${catalogue} and items.external_id <> '' and items.external_id = asked.value and items.state <> 'gone'`;
  const rows = await lookUp(database, { columns: ['id', 'external_id'], values, where });
  const owners = (rows as [number, string][]).sort(([a], [b]) => a - b);
  return new Map(owners.map(([id, externalId]) => [externalId, id]));
};

const pushTo = <Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void => {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
};

/** Root and path as one key. */
export const placeOf = ({ root, path }: { root: string; path: string }) => `${root}\0${path}`;
