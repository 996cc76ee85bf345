import type { Insertable } from 'kysely';
import type { Catalogue, Difference, FoundItem, ScanResult } from './catalogue.ts';
import { liesWithin } from './gone.ts';
import { findKnown } from './known-items.ts';
import type { Connected, KnownRow } from './look-up-items.ts';
import { chunksOf } from './rows.ts';
import type { Database } from './schema.ts';
import { presenceOf } from './track-spaces.ts';

type Scanning = Pick<Catalogue, 'recordFound' | 'compareFound'>;
type Db = Connected['db'];

/** Rows in one statement: 28 columns each stay under SQLite's limit of bound values. */
const ROWS_PER_STATEMENT = 500;

export const createScanning = ({ kind, db }: Connected): Scanning => ({
  recordFound: ({ runId, catalogue, space, found, force = false, source = '', priority = BULK_PRIORITY }) =>
    db.transaction().execute(async (transaction) => {
      const known = await findKnown({ kind, db: transaction }, { catalogue, found, runId });
      const isInSpace = await membersOf(transaction, space, known.items);
      const rows: Insertable<Database['items']>[] = [];
      const unchanged: number[] = [];
      const metadataChanged: number[] = [];
      const waiting: number[] = [];
      const claimed: number[] = [];
      const conflicts: ScanResult['conflicts'][number][] = [];
      const now = Date.now();
      for (const [at, entry] of found.entries()) {
        const holder = known.holders[at];
        if (holder) {
          conflicts.push({ item: entry, holder });
          continue;
        }
        const before = known.items[at];
        const decision = before ? compare(before, entry, { isInSpace, force }) : 'queue';
        if (before && before.source !== source && mayClaim(before, entry)) claimed.push(before.id);
        if (before && decision === 'waiting') waiting.push(before.id);
        else if (before && decision === 'unchanged') unchanged.push(before.id);
        else {
          if (before && decision === 'metadata') metadataChanged.push(before.id);
          rows.push(
            toRow({ entry, before, runId, catalogue, source, now, priority, isQueued: decision === 'queue' }),
          );
        }
      }
      const queued: number[] = [];
      for (const chunk of chunksOf(rows, ROWS_PER_STATEMENT)) {
        for (const { id, state } of await upsert(transaction, chunk)) if (state === 'queued') queued.push(id);
      }
      const adopt = async (ids: readonly number[], outcome: 'unchanged' | null) => {
        for (const chunk of chunksOf(ids, ROWS_PER_STATEMENT)) {
          await transaction
            .updateTable('items')
            .set({ run_id: runId, outcome })
            .where('id', 'in', chunk)
            .execute();
        }
      };
      await adopt(unchanged, 'unchanged');
      await adopt(waiting, null);
      for (const ids of chunksOf(claimed, ROWS_PER_STATEMENT))
        await transaction.updateTable('items').set({ source }).where('id', 'in', ids).execute();
      return {
        queued: [...queued, ...waiting],
        unchanged: unchanged.length,
        metadataChanged,
        conflicts,
      } satisfies ScanResult;
    }),

  compareFound: async ({ catalogue, space, found, force = false, scope }) => {
    const known = await findKnown({ kind, db }, { catalogue, found });
    const isInSpace = await membersOf(db, space, known.items);
    return found.map((entry, at) => {
      if (known.holders[at]) return { difference: 'conflict' as const, itemId: undefined, isInScope: false };
      const before = known.items[at];
      return {
        itemId: before?.id,
        isInScope: before !== undefined && before.state !== 'gone' && liesWithin(scope, before),
        difference: before ? differenceOf(before, entry, { isInSpace, force }) : ('new' as const),
      };
    });
  },
});

const differenceOf = (
  before: KnownRow,
  entry: FoundItem,
  options: { isInSpace: (row: KnownRow) => boolean; force: boolean },
): Difference => {
  const decision = compare(before, entry, options);
  if (decision !== 'queue') return decision;
  if (hasMoved(before, entry)) return 'moved';
  const isSame =
    before.size === entry.size &&
    before.modified_ms === entry.modifiedMs &&
    !isOtherVersion(before.etag, entry.etag);
  return before.state === 'failed' && isSame ? 'failed' : 'changed';
};

/** Whether an item's track is in the space: the one it was indexed in, or another that was filled since. */
const membersOf = async (db: Db, space: string, rows: readonly (KnownRow | undefined)[]) => {
  const elsewhere = rows.flatMap((row) => (row && row.space !== space ? (row.track_id ?? []) : []));
  const present = await presenceOf(db, space, [...new Set(elsewhere)]);
  return (row: KnownRow): boolean =>
    row.space === space || present.get(row.track_id ?? '')?.contentId === row.content_id;
};

/** What a manifest names by an own id stays its own when a folder scan comes by. */
const mayClaim = (before: KnownRow, entry: FoundItem): boolean =>
  before.source === '' || before.external_id === '' || entry.externalId !== null;

type Decision = 'queue' | 'waiting' | 'unchanged' | 'metadata';

const compare = (
  before: KnownRow,
  entry: FoundItem,
  { isInSpace, force }: { isInSpace: (row: KnownRow) => boolean; force: boolean },
): Decision => {
  if (before.state === 'queued' || before.state === 'active') return 'waiting';
  if (force || (before.state !== 'indexed' && before.state !== 'duplicate') || !isInSpace(before))
    return 'queue';
  if (hasMoved(before, entry) || before.size !== entry.size || before.modified_ms !== entry.modifiedMs)
    return 'queue';
  if (isOtherVersion(before.etag, entry.etag)) return 'queue';
  if (entry.externalId !== null && before.external_id !== entry.externalId) return 'queue';
  return before.metadata === metadataText(entry, before) ? 'unchanged' : 'metadata';
};

const hasMoved = (before: KnownRow, entry: FoundItem): boolean =>
  before.root !== (entry.root ?? '') || before.path !== entry.path;

/** Stores write the same mark with and without quotes. Where either side knows none, size and time decide. */
const isOtherVersion = (before: string | null, now: string | null | undefined): boolean =>
  Boolean(before && now) && bareMark(before as string) !== bareMark(now as string);

const bareMark = (etag: string): string => etag.replace(/^W\//, '').replaceAll('"', '');

/** A folder scan says nothing about metadata; it does not wipe what a manifest said earlier. */
const saysNothing = ({ externalId, metadata }: FoundItem): boolean =>
  externalId === null && Object.keys(metadata).length === 0;

const metadataText = (entry: FoundItem, before?: KnownRow): string =>
  before && saysNothing(entry) ? before.metadata : JSON.stringify(entry.metadata);

const toRow = (options: {
  entry: FoundItem;
  before: KnownRow | undefined;
  runId: number;
  catalogue: string;
  source: string;
  now: number;
  priority: number;
  isQueued: boolean;
}): Insertable<Database['items']> => {
  const { entry, before, runId, catalogue, source, now, priority, isQueued } = options;
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
    priority,
    timings: '{}',
    available_at: 0,
    queued_at: isQueued ? now : (before?.queued_at ?? null),
    source: before && !mayClaim(before, entry) ? before.source : source,
    // Of the audio last worked on, never of the listing: a worker asks for what is not of this version any more.
    etag: before && !hasMoved(before, entry) ? before.etag : null,
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
        priority: ref('excluded.priority'),
        source: ref('excluded.source'),
        etag: ref('excluded.etag'),
      })),
    )
    .returning(['id', 'state'])
    .execute();
  return [...inserted, ...updated];
};
