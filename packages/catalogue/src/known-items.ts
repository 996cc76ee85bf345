import { type Selectable, sql } from 'kysely';
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
  // Half a surrogate pair, as an escape of JSON can name one, is stored as U+FFFD; PostgreSQL refuses it in JSON.
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
    db,
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

/** The items at places, by id, as one text there and one back: taken out row by row, those of a long manifest cost three times as much. */
const rowsAt = async (
  { kind, db }: Connected,
  { catalogue, root, paths }: { catalogue: string; root: string; paths: readonly string[] },
): Promise<KnownRow[]> => {
  const columns = sql.join(COMPARED.map((name) => sql.ref(`items.${name}`)));
  // A cross join keeps the paths outside: SQLite would read the whole index for each.
  const { rows } = await (kind === 'postgres'
    ? sql<{ items: string | null }>`select json_agg(json_build_array(${columns}))::text as items
        from json_array_elements_text(${JSON.stringify(paths)}::json) as place(path)
        join items on items.catalogue = ${catalogue} and items.root = ${root} and items.path = place.path`
    : sql<{ items: string }>`select json_group_array(json_array(${columns})) as items
        from json_each(${JSON.stringify(paths)}) as place
        cross join items on items.catalogue = ${catalogue} and items.root = ${root} and items.path = place.value`
  ).execute(db);
  // Ordered here: they nearly are already, and SQLite would sort the finished texts.
  return (JSON.parse(rows[0]?.items ?? '[]') as unknown[][]).map(toKnownRow).sort((a, b) => a.id - b.id);
};

const toKnownRow = (values: readonly unknown[]): KnownRow => {
  const row: Record<string, unknown> = {};
  for (const [at, name] of COMPARED.entries()) row[name] = values[at];
  return row as KnownRow;
};

/** The newest item that each own id of the entries stands for, gone ones left out: id by own id. */
const ownersOf = async (
  db: Connected['db'],
  catalogue: string,
  found: readonly FoundItem[],
): Promise<Map<string, number>> => {
  const owners = new Map<string, number>();
  const ownIds = [...new Set(found.map(({ externalId }) => externalId).filter((id) => id !== null))];
  for (const chunk of chunksOf(ownIds, ROWS_PER_STATEMENT)) {
    const rows = await db
      .selectFrom('items')
      .select(['id', 'external_id'])
      .where('catalogue', '=', catalogue)
      // Said although no id is empty: the index holds only those that are not.
      .where('external_id', '!=', '')
      .where('external_id', 'in', chunk)
      .where('state', '!=', 'gone')
      .orderBy('id')
      .execute();
    for (const { id, external_id } of rows) owners.set(external_id, id);
  }
  return owners;
};

const pushTo = <Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void => {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
};

/** Root and path as one key. */
export const placeOf = ({ root, path }: { root: string; path: string }) => `${root}\0${path}`;
