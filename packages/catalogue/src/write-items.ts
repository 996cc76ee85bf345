import type { Insertable } from 'kysely';
import type { FoundItem, Problem } from './catalogue.ts';
import type { Connected, KnownRow } from './look-up-items.ts';
import type { Database } from './schema.ts';

type Db = Connected['db'];
export type ItemRow = Insertable<Database['items']>;

/** Interactive work goes first with 1. */
export const BULK_PRIORITY = 10;

/** The row of a found item. */
export const toRow = (options: {
  entry: FoundItem;
  before: KnownRow | undefined;
  runId: number;
  catalogue: string;
  /** Whose it is to be. */
  source: string;
  now: number;
  priority: number;
  isQueued: boolean;
}): ItemRow => {
  const { entry, before, runId, catalogue, source, now, priority, isQueued } = options;
  // A link named by itself says nothing of its size; a listing of its bucket may have.
  const listed = entry.root === null ? before : undefined;
  return {
    ...(before ? { id: before.id } : {}),
    catalogue,
    root: entry.root ?? '',
    path: entry.path,
    external_id: entry.externalId ?? before?.external_id ?? '',
    metadata: metadataText(entry, before),
    size: entry.size ?? listed?.size ?? null,
    modified_ms: entry.modifiedMs ?? listed?.modified_ms ?? null,
    // A run that came later may have seen it first, and counts it.
    run_id: Math.max(runId, before?.run_id ?? 0),
    state: isQueued ? 'queued' : (before?.state ?? 'queued'),
    outcome: isQueued ? null : 'unchanged',
    tries: (before?.tries ?? 0) + (isQueued ? 1 : 0),
    attempts: isQueued ? 0 : (before?.attempts ?? 0),
    priority,
    timings: '{}',
    available_at: 0,
    queued_at: isQueued ? now : (before?.queued_at ?? null),
    source,
    // Of the audio last worked on, never of the listing: a worker asks for what is not of this version any more.
    etag: before && !hasMoved(before, entry) ? before.etag : null,
  };
};

/** The same for one that cannot be used. */
export const endedAsFailed = (row: ItemRow, { code, message, detail }: Problem, now: number): ItemRow => ({
  ...row,
  state: 'failed',
  outcome: 'failed',
  error_code: code,
  error_message: message,
  error_detail: detail ?? null,
  lease_until: null,
  finished_at: now,
});

export const hasMoved = (before: KnownRow, entry: FoundItem): boolean =>
  before.root !== (entry.root ?? '') || before.path !== entry.path;

/** A folder scan says nothing about metadata; it does not wipe what a manifest said earlier. */
const saysNothing = ({ externalId, metadata }: FoundItem): boolean =>
  externalId === null && Object.keys(metadata).length === 0;

export const metadataText = (entry: FoundItem, before?: KnownRow): string =>
  before && saysNothing(entry) ? before.metadata : JSON.stringify(entry.metadata);

/** What a scan writes of an item that waits: its place in the queue stays. */
const WAITING = [
  'root',
  'path',
  'external_id',
  'metadata',
  'size',
  'modified_ms',
  'run_id',
  'source',
  'etag',
] as const;

/** And of any other. */
const SCANNED = [
  ...WAITING,
  'state',
  'outcome',
  'tries',
  'attempts',
  'available_at',
  'queued_at',
  'priority',
] as const;

/** And of one that cannot be used. */
const FAILED = ['error_code', 'error_message', 'error_detail', 'lease_until', 'finished_at'] as const;

/** Writes rows, new and known. Resolves to their ids and states. */
export const writeRows = (db: Db, rows: readonly ItemRow[]) => upsert(db, rows, SCANNED);

/** Writes rows of items that wait. */
export const writeWaiting = (db: Db, rows: readonly ItemRow[]) => upsert(db, rows, WAITING);

/** Writes rows that {@link endedAsFailed}. */
export const writeRefused = (db: Db, rows: readonly ItemRow[]) => upsert(db, rows, [...SCANNED, ...FAILED]);

const upsert = async (
  db: Db,
  rows: readonly ItemRow[],
  columns: readonly (keyof ItemRow)[],
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
      conflict
        .column('id')
        .doUpdateSet(({ ref }) =>
          Object.fromEntries(columns.map((column) => [column, ref(`excluded.${column}`)])),
        ),
    )
    .returning(['id', 'state'])
    .execute();
  return [...inserted, ...updated];
};
