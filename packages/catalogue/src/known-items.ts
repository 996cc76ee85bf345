import type { FoundItem, ItemLocation } from './catalogue.ts';
import { type Connected, itemsAt, itemsOwning, type KnownRow } from './look-up-items.ts';

/** What entries of one batch are: each a known item, a new one, or one whose own id another place has. */
export interface Known {
  /** All rows that were looked at. */
  readonly rows: readonly KnownRow[];
  /** The item that an entry is; none for a new one, and for one that may not be recorded. */
  rowOf(entry: FoundItem): KnownRow | undefined;
  /** The place that has the entry's own id already, in this run. */
  holderOf(entry: FoundItem): ItemLocation | undefined;
}

/**
 * The rows that entries are, by place; the right one also by own id.
 *
 * @param options.found entries of which no two share place and own id
 * @param options.runId a run that may have claimed own ids for other places earlier; none where entries are only compared
 */
export const findKnown = async (
  database: Connected,
  options: { catalogue: string; found: readonly FoundItem[]; runId?: number | undefined },
): Promise<Known> => {
  const { found, runId } = options;
  const byPlace = await rowsByPlace(database, options);
  const here = (entry: FoundItem) => byPlace.get(keyOf(entry)) ?? [];
  const isOwn = (entry: FoundItem) => (row: KnownRow) => row.external_id === entry.externalId;
  // An own id that is where it was need not be looked for, unless this run may have it elsewhere.
  const asking = runId === undefined ? found.filter((entry) => !here(entry).some(isOwn(entry))) : found;
  const byOwnId = await rowsByOwnId(database, { ...options, found: asking });
  const holders = findHolders(found, byOwnId, runId);
  const chosen = new Map<FoundItem, KnownRow>();
  const taken = new Set<number>();
  const choose = (entry: FoundItem, row: KnownRow | undefined) => {
    if (!row) return;
    chosen.set(entry, row);
    taken.add(row.id);
  };
  const isFree = ({ id }: KnownRow) => !taken.has(id);
  const isFreeWithout = (row: KnownRow) => row.external_id === '' && isFree(row);
  const entries = found.filter((entry) => !holders.has(entry));
  const named = entries.filter(({ externalId }) => externalId !== null);
  // Own ids choose first: here, else where they were. Then an entry without one is whatever else is known of its place. What is left of a place
  // without an own id is adopted by a new one.
  for (const entry of named)
    choose(entry, here(entry).find(isOwn(entry)) ?? byOwnId.get(entry.externalId ?? ''));
  for (const entry of entries)
    if (entry.externalId === null) choose(entry, here(entry).find(isFreeWithout) ?? here(entry).find(isFree));
  for (const entry of named) if (!chosen.has(entry)) choose(entry, here(entry).find(isFreeWithout));
  return {
    rows: [...[...byPlace.values()].flat(), ...byOwnId.values()],
    rowOf: (entry) => chosen.get(entry),
    holderOf: (entry) => holders.get(entry),
  };
};

const rowsByPlace = async (
  database: Connected,
  { catalogue, found }: { catalogue: string; found: readonly FoundItem[] },
): Promise<Map<string, KnownRow[]>> => {
  const roots = new Map<string, Set<string>>();
  for (const { root, path } of found) {
    const paths = roots.get(root ?? '') ?? new Set();
    roots.set(root ?? '', paths.add(path.toWellFormed()));
  }
  const byPlace = new Map<string, KnownRow[]>();
  for (const [root, paths] of roots)
    for (const row of await itemsAt(database, { catalogue, root, paths: [...paths] })) {
      const key = placeOf(row);
      const rows = byPlace.get(key);
      if (rows) rows.push(row);
      else byPlace.set(key, [row]);
    }
  return byPlace;
};

/** The newest item that each own id stands for. */
const rowsByOwnId = async (
  database: Connected,
  { catalogue, found }: { catalogue: string; found: readonly FoundItem[] },
): Promise<Map<string, KnownRow>> => {
  const ownIds = [...new Set(found.flatMap(({ externalId }) => externalId?.toWellFormed() ?? []))];
  const rows = await itemsOwning(database, { catalogue, ownIds });
  return new Map(rows.map((row) => [row.external_id, row]));
};

/** Entries whose own id another place has: one of the batch, or one that the run has recorded. */
const findHolders = (
  found: readonly FoundItem[],
  byOwnId: ReadonlyMap<string, KnownRow>,
  runId: number | undefined,
): Map<FoundItem, ItemLocation> => {
  const claims = new Map<string, ItemLocation>();
  const holders = new Map<FoundItem, ItemLocation>();
  for (const entry of found) {
    if (entry.externalId === null) continue;
    const row = byOwnId.get(entry.externalId);
    const recorded = row && row.run_id === runId ? { root: row.root || null, path: row.path } : undefined;
    const earlier = claims.get(entry.externalId) ?? recorded;
    if (earlier && keyOf(earlier) !== keyOf(entry)) holders.set(entry, earlier);
    else claims.set(entry.externalId, { root: entry.root, path: entry.path });
  }
  return holders;
};

/** Half a surrogate pair, as an escape of JSON can name one, is stored as U+FFFD. */
const keyOf = ({ root, path }: ItemLocation): string =>
  placeOf({ root: root ?? '', path: path.toWellFormed() });

/** Root and path as one key. */
const placeOf = ({ root, path }: { root: string; path: string }) => `${root}\0${path}`;
