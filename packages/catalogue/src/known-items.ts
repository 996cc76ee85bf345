import type { Selectable } from 'kysely';
import type { FoundItem, ItemLocation } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { chunksOf } from './rows.ts';
import type { Database } from './schema.ts';

type Db = OpenDatabase['db'];

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

/** The rows that entries may be, by place; the right one also by own id. */
export const findKnown = async (db: Db, catalogue: string, found: readonly FoundItem[]) => {
  const byPlace = new Map<string, KnownRow[]>();
  const byId = new Map<number, KnownRow>();
  const roots = new Map<string, string[]>();
  for (const { root, path } of found) pushTo(roots, root ?? '', path);
  for (const [root, paths] of roots) {
    for (const chunk of chunksOf(paths, ROWS_PER_STATEMENT)) {
      const rows = await db
        .selectFrom('items')
        .select(COMPARED)
        .where('catalogue', '=', catalogue)
        .where('root', '=', root)
        .where('path', 'in', chunk)
        .orderBy('id')
        .execute();
      for (const row of rows) {
        pushTo(byPlace, placeOf(row), row);
        byId.set(row.id, row);
      }
    }
  }
  const owners = await ownersOf(db, catalogue, found);
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
    claim: (entry: FoundItem, runId: number): ItemLocation | undefined => {
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
      const candidates = (byPlace.get(placeOf({ root: entry.root ?? '', path: entry.path })) ?? []).filter(
        ({ id }) => !taken.has(id),
      );
      // The same own id here; else that id at its old place; else a row of this place without one is adopted. An entry without own id is
      // whatever is known of its place.
      const row =
        candidates.find(({ external_id }) => external_id === (entry.externalId ?? '')) ??
        (entry.externalId === null
          ? candidates[0]
          : (byOwnId.get(entry.externalId) ?? candidates.find(({ external_id }) => external_id === '')));
      if (row) taken.add(row.id);
      return row;
    },
  };
};

/** The newest item that each own id of the entries stands for, gone ones left out: id by own id. */
const ownersOf = async (
  db: Db,
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
