import type { Insertable, Selectable } from 'kysely';
import type { Catalogue, FoundItem, ItemLocation, ScanResult } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { chunksOf } from './rows.ts';
import type { Database } from './schema.ts';
import { presenceOf } from './track-spaces.ts';

type Scanning = Pick<Catalogue, 'recordFound' | 'recordGone'>;
type ItemRow = Selectable<Database['items']>;
type Db = OpenDatabase['db'];

/** Rows in one statement: 26 columns each stay under SQLite's limit of bound values. */
const ROWS_PER_STATEMENT = 500;

export const createScanning = ({ db }: OpenDatabase): Scanning => ({
  recordFound: ({ runId, catalogue, space, found, force = false }) =>
    db.transaction().execute(async (transaction) => {
      const known = await findKnown(transaction, catalogue, found);
      const isInSpace = await membersOf(transaction, space, known.rows());
      const rows: Insertable<Database['items']>[] = [];
      const unchanged: number[] = [];
      const metadataChanged: number[] = [];
      const waiting: number[] = [];
      const conflicts: ScanResult['conflicts'][number][] = [];
      const now = Date.now();
      for (const entry of found) {
        const holder = known.claim(entry, runId);
        if (holder) {
          conflicts.push({ item: entry, holder });
          continue;
        }
        const before = known.rowOf(entry);
        const decision = before ? compare(before, entry, { isInSpace, force }) : 'queue';
        if (before && decision === 'waiting') waiting.push(before.id);
        else if (before && decision === 'unchanged') unchanged.push(before.id);
        else {
          if (before && decision === 'metadata') metadataChanged.push(before.id);
          rows.push(toRow({ entry, before, runId, catalogue, now, isQueued: decision === 'queue' }));
        }
      }
      const queued: number[] = [];
      for (const chunk of chunksOf(rows, ROWS_PER_STATEMENT)) {
        for (const { id, state } of await upsert(transaction, chunk)) if (state === 'queued') queued.push(id);
      }
      for (const ids of chunksOf(unchanged, ROWS_PER_STATEMENT)) {
        await transaction
          .updateTable('items')
          .set({ run_id: runId, outcome: 'unchanged' })
          .where('id', 'in', ids)
          .execute();
      }
      for (const ids of chunksOf(waiting, ROWS_PER_STATEMENT)) {
        await transaction
          .updateTable('items')
          .set({ run_id: runId, outcome: null })
          .where('id', 'in', ids)
          .execute();
      }
      return {
        queued: [...queued, ...waiting],
        unchanged: unchanged.length,
        metadataChanged,
        conflicts,
      } satisfies ScanResult;
    }),

  recordGone: ({ runId, catalogue, root, prefix }) =>
    db.transaction().execute(async (transaction) => {
      const gone = await transaction
        .updateTable('items')
        .set({ state: 'gone', outcome: 'gone', run_id: runId, finished_at: Date.now(), lease_until: null })
        .where('catalogue', '=', catalogue)
        .where('root', '=', root)
        .where('run_id', '<', runId)
        .where('state', '!=', 'gone')
        // A range, not LIKE: paths hold % and _; U+FFFF sorts after every path below the prefix.
        .$if(prefix !== '', (query) =>
          query.where('path', '>=', prefix).where('path', '<', `${prefix}\uffff`),
        )
        .returning(['id', 'track_id'])
        .execute();
      const tracks = [...new Set(gone.map(({ track_id }) => track_id).filter((id) => id !== null))];
      return { items: gone.length, orphanTracks: await withoutItems(transaction, tracks) };
    }),
});

/** Of these tracks, those that no living item points to. */
export const withoutItems = async (db: Db, trackIds: readonly string[]): Promise<string[]> => {
  const held = new Set<string | null>();
  for (const ids of chunksOf(trackIds, ROWS_PER_STATEMENT)) {
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

/** The rows that entries may be, by place; the right one also by own id. */
const findKnown = async (db: Db, catalogue: string, found: readonly FoundItem[]) => {
  const byPlace = new Map<string, ItemRow[]>();
  const roots = new Map<string, string[]>();
  for (const { root, path } of found) roots.set(root ?? '', [...(roots.get(root ?? '') ?? []), path]);
  for (const [root, paths] of roots) {
    for (const chunk of chunksOf(paths, ROWS_PER_STATEMENT)) {
      const rows = await db
        .selectFrom('items')
        .selectAll()
        .where('catalogue', '=', catalogue)
        .where('root', '=', root)
        .where('path', 'in', chunk)
        .orderBy('id')
        .execute();
      for (const row of rows) byPlace.set(placeOf(row), [...(byPlace.get(placeOf(row)) ?? []), row]);
    }
  }
  const byOwnId = new Map<string, ItemRow>();
  const ownIds = [...new Set(found.map(({ externalId }) => externalId).filter((id) => id !== null))];
  for (const chunk of chunksOf(ownIds, ROWS_PER_STATEMENT)) {
    const rows = await db
      .selectFrom('items')
      .selectAll()
      .where('catalogue', '=', catalogue)
      .where('external_id', 'in', chunk)
      .where('state', '!=', 'gone')
      .orderBy('id')
      .execute();
    for (const row of rows) byOwnId.set(row.external_id, row);
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
    rowOf: (entry: FoundItem): ItemRow | undefined => {
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

/** Whether an item's track is in the space: the one it was indexed in, or another that was filled since. */
const membersOf = async (db: Db, space: string, rows: readonly ItemRow[]) => {
  const elsewhere = rows.filter((row) => row.space !== space && row.track_id !== null);
  const present = await presenceOf(db, space, [
    ...new Set(elsewhere.map(({ track_id }) => track_id as string)),
  ]);
  return (row: ItemRow): boolean =>
    row.space === space || present.get(row.track_id ?? '')?.contentId === row.content_id;
};

const placeOf = ({ root, path }: { root: string; path: string }) => `${root}\0${path}`;

type Decision = 'queue' | 'waiting' | 'unchanged' | 'metadata';

const compare = (
  before: ItemRow,
  entry: FoundItem,
  { isInSpace, force }: { isInSpace: (row: ItemRow) => boolean; force: boolean },
): Decision => {
  if (before.state === 'queued' || before.state === 'active') return 'waiting';
  if (force || (before.state !== 'indexed' && before.state !== 'duplicate') || !isInSpace(before))
    return 'queue';
  const hasMoved = before.root !== (entry.root ?? '') || before.path !== entry.path;
  if (hasMoved || before.size !== entry.size || before.modified_ms !== entry.modifiedMs) return 'queue';
  if (entry.externalId !== null && before.external_id !== entry.externalId) return 'queue';
  return before.metadata === metadataText(entry, before) ? 'unchanged' : 'metadata';
};

/** A folder scan says nothing about metadata; it does not wipe what a manifest said earlier. */
const metadataText = (entry: FoundItem, before?: ItemRow): string =>
  before && entry.externalId === null && Object.keys(entry.metadata).length === 0
    ? before.metadata
    : JSON.stringify(entry.metadata);

const toRow = (options: {
  entry: FoundItem;
  before: ItemRow | undefined;
  runId: number;
  catalogue: string;
  now: number;
  isQueued: boolean;
}): Insertable<Database['items']> => {
  const { entry, before, runId, catalogue, now, isQueued } = options;
  return {
    ...(before ? { id: before.id } : {}),
    catalogue,
    root: entry.root ?? '',
    path: entry.path,
    external_id: entry.externalId ?? before?.external_id ?? '',
    metadata: metadataText(entry, before),
    size: entry.size,
    modified_ms: entry.modifiedMs,
    run_id: runId,
    state: isQueued ? 'queued' : (before?.state ?? 'queued'),
    outcome: isQueued ? null : 'unchanged',
    tries: (before?.tries ?? 0) + (isQueued ? 1 : 0),
    attempts: isQueued ? 0 : (before?.attempts ?? 0),
    priority: BULK_PRIORITY,
    timings: '{}',
    available_at: 0,
    queued_at: isQueued ? now : (before?.queued_at ?? null),
  };
};

/** Interactive work goes first with 1. */
const BULK_PRIORITY = 10;

const upsert = async (
  db: Db,
  rows: Insertable<Database['items']>[],
): Promise<{ id: number; state: string }[]> => {
  const fresh = rows.filter(({ id }) => id === undefined);
  const inserted =
    fresh.length === 0 ? [] : await db.insertInto('items').values(fresh).returning(['id', 'state']).execute();
  const known = rows.filter(({ id }) => id !== undefined);
  if (known.length === 0) return inserted;
  const updated = await db
    .insertInto('items')
    .values(known)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(({ ref }) => ({
        root: ref('excluded.root'),
        path: ref('excluded.path'),
        external_id: ref('excluded.external_id'),
        metadata: ref('excluded.metadata'),
        size: ref('excluded.size'),
        modified_ms: ref('excluded.modified_ms'),
        run_id: ref('excluded.run_id'),
        state: ref('excluded.state'),
        outcome: ref('excluded.outcome'),
        tries: ref('excluded.tries'),
        attempts: ref('excluded.attempts'),
        available_at: ref('excluded.available_at'),
        queued_at: ref('excluded.queued_at'),
      })),
    )
    .returning(['id', 'state'])
    .execute();
  return [...inserted, ...updated];
};
