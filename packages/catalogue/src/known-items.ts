import type { FoundItem, ItemLocation } from './catalogue.ts';
import { type Connected, itemsAt, itemsOwning, type KnownRow } from './look-up-items.ts';

/** What the entries of a batch are, each at its place in the batch. */
export interface Known {
  /** The item that an entry is; none for a new one, and for one that may not be recorded. */
  readonly items: readonly (KnownRow | undefined)[];
  /** The place that has an entry's own id already, in this run. */
  readonly holders: readonly (ItemLocation | undefined)[];
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
  const places = found.map((entry) => byPlace.get(keyOf(entry)) ?? []);
  const owned = found.map(({ externalId }, at) =>
    externalId === null ? undefined : places[at]?.find((row) => row.external_id === externalId),
  );
  // An own id that is where it was need not be looked for, unless this run may have it elsewhere.
  const asking = runId === undefined ? found.filter((_, at) => !owned[at]) : found;
  const byOwnId = await rowsByOwnId(database, { ...options, found: asking });
  const holders = findHolders(found, byOwnId, runId);
  const items = chooseItems({ found, places, owned, byOwnId, holders });
  return { items, holders };
};

/**
 * Own ids choose first: at their place, else where they were. Then an entry without one is whatever else is known of its place. What is left of
 * a place without an own id is adopted by a new one.
 */
const chooseItems = (options: {
  found: readonly FoundItem[];
  places: readonly (readonly KnownRow[])[];
  owned: readonly (KnownRow | undefined)[];
  byOwnId: ReadonlyMap<string, KnownRow>;
  holders: readonly (ItemLocation | undefined)[];
}): (KnownRow | undefined)[] => {
  const { found, places, owned, byOwnId, holders } = options;
  const items: (KnownRow | undefined)[] = found.map(() => undefined);
  const taken = new Set<number>();
  // What a list dropped and nobody names by its own id stays gone.
  const isFree = ({ id, state, external_id }: KnownRow) =>
    !taken.has(id) && (state !== 'gone' || external_id === '');
  const isFreeWithout = (row: KnownRow) => row.external_id === '' && isFree(row);
  const choose = (rowOf: (entry: FoundItem, at: number) => KnownRow | undefined) => {
    for (const [at, entry] of found.entries()) {
      if (items[at] || holders[at]) continue;
      const row = rowOf(entry, at);
      items[at] = row;
      if (row) taken.add(row.id);
    }
  };
  choose(({ externalId }, at) => (externalId === null ? undefined : (owned[at] ?? byOwnId.get(externalId))));
  choose(({ externalId }, at) =>
    externalId === null ? (places[at]?.find(isFreeWithout) ?? places[at]?.find(isFree)) : undefined,
  );
  choose((_, at) => places[at]?.find(isFreeWithout));
  return items;
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
): (ItemLocation | undefined)[] => {
  const claims = new Map<string, ItemLocation>();
  return found.map(({ externalId, root, path }) => {
    if (externalId === null) return undefined;
    const row = byOwnId.get(externalId);
    const recorded = row && row.run_id === runId ? { root: row.root || null, path: row.path } : undefined;
    const earlier = claims.get(externalId) ?? recorded;
    const place = { root, path };
    if (earlier && keyOf(earlier) !== keyOf(place)) return earlier;
    claims.set(externalId, place);
    return undefined;
  });
};

/** Half a surrogate pair, as an escape of JSON can name one, is stored as U+FFFD. */
const keyOf = ({ root, path }: ItemLocation): string =>
  placeOf({ root: root ?? '', path: path.toWellFormed() });

/** Root and path as one key. */
const placeOf = ({ root, path }: { root: string; path: string }) => `${root}\0${path}`;
