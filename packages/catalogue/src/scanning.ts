import { recordAttempt } from './attempts.ts';
import type { Catalogue, Difference, FoundItem, ScanResult } from './catalogue.ts';
import { promoteCopies } from './copies.ts';
import { liesWithin } from './gone.ts';
import { forgetNames, type Naming, rememberNames } from './item-names.ts';
import { findKnown } from './known-items.ts';
import type { Connected, KnownRow } from './look-up-items.ts';
import { chunksOf } from './rows.ts';
import { presenceOf } from './track-spaces.ts';
import { waitToScan } from './turn.ts';
import {
  BULK_PRIORITY,
  endedAsFailed,
  hasMoved,
  type ItemRow,
  mayClaim,
  metadataText,
  toRow,
  writeRefused,
  writeRows,
  writeWaiting,
} from './write-items.ts';

type Scanning = Pick<Catalogue, 'recordFound' | 'compareFound'>;
type Db = Connected['db'];

/** Rows in one statement: 28 columns each stay under SQLite's limit of bound values. */
const ROWS_PER_STATEMENT = 500;

export const createScanning = ({ kind, db }: Connected): Scanning => ({
  recordFound: ({ runId, catalogue, space, found, force = false, ...how }) =>
    db.transaction().execute(async (transaction) => {
      const { source = '', speaksFor, priority = BULK_PRIORITY } = how;
      await waitToScan({ kind, db: transaction });
      const known = await findKnown({ kind, db: transaction, willWrite: true }, { catalogue, found, runId });
      const isInSpace = await membersOf(transaction, space, known.items);
      const rows: ItemRow[] = [];
      const refused: ItemRow[] = [];
      const updated: ItemRow[] = [];
      const unchanged: number[] = [];
      const metadataChanged: number[] = [];
      const waiting: number[] = [];
      const claimed: number[] = [];
      const namings: Naming[] = [];
      const moved: number[] = [];
      const held: string[] = [];
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
        const isClaimed =
          before === undefined ||
          before.source === '' ||
          (speaksFor !== undefined && before.source !== source && mayClaim(before, entry));
        if (before && hasMoved(before, entry)) moved.push(before.id);
        else if (before && before.source !== source) {
          const other = isClaimed ? before.source : speaksFor === 'list' ? source : '';
          if (other !== '') namings.push({ itemId: before.id, source: other });
        }
        if (before && isClaimed) claimed.push(before.id);
        const write = {
          entry,
          before,
          runId,
          catalogue,
          source: isClaimed ? source : before.source,
          now,
          priority,
        };
        if (entry.problem) {
          const { problem } = entry;
          if (before?.state === 'active')
            await recordAttempt(transaction, { itemId: before.id, outcome: 'failed', ...problem });
          if (before?.track_id) held.push(before.track_id);
          const row = toRow({ ...write, isQueued: true });
          refused.push(endedAsFailed(row, problem, now));
          continue;
        }
        if (before && decision === 'waiting') waiting.push(before.id);
        else if (before && decision === 'update') {
          waiting.push(before.id);
          updated.push(toRow({ ...write, isQueued: true }));
        } else if (before && decision === 'unchanged') unchanged.push(before.id);
        else {
          if (before && decision === 'metadata') metadataChanged.push(before.id);
          rows.push(toRow({ ...write, isQueued: decision === 'queue' }));
        }
      }
      const queued: number[] = [];
      for (const chunk of chunksOf(rows, ROWS_PER_STATEMENT)) {
        for (const { id, state } of await writeRows(transaction, chunk))
          if (state === 'queued') queued.push(id);
      }
      for (const chunk of chunksOf(refused, ROWS_PER_STATEMENT)) await writeRefused(transaction, chunk);
      for (const chunk of chunksOf(updated, ROWS_PER_STATEMENT)) await writeWaiting(transaction, chunk);
      const adopt = async (ids: readonly number[], outcome: 'unchanged' | null) => {
        for (const chunk of chunksOf(ids, ROWS_PER_STATEMENT)) {
          await transaction
            .updateTable('items')
            .set({ run_id: runId, outcome })
            .where('id', 'in', chunk)
            .where('run_id', '<=', runId)
            .execute();
        }
      };
      await adopt(unchanged, 'unchanged');
      await adopt(waiting, null);
      for (const ids of chunksOf(claimed, ROWS_PER_STATEMENT))
        await transaction.updateTable('items').set({ source }).where('id', 'in', ids).execute();
      await countHandedOver(transaction, known.items, runId);
      await forgetNames(transaction, claimed, source);
      await forgetNames(transaction, moved);
      await rememberNames(transaction, namings);
      const promoted = await promoteCopies(transaction, [...new Set(held)]);
      return {
        queued: [...queued, ...waiting],
        unchanged: unchanged.length,
        metadataChanged,
        promoted,
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

/**
 * Of two runs that name the same item, the later one counts it, whichever came to it first: an earlier one that is still at work says how many
 * those are.
 */
const countHandedOver = async (
  db: Db,
  items: readonly (KnownRow | undefined)[],
  runId: number,
): Promise<void> => {
  const counts = new Map<number, number>();
  for (const item of items) {
    if (!item || item.run_id === runId) continue;
    const earlier = Math.min(item.run_id, runId);
    counts.set(earlier, (counts.get(earlier) ?? 0) + 1);
  }
  if (counts.size === 0) return;
  const atWork = await db
    .selectFrom('runs')
    .select('id')
    .where('id', 'in', [...counts.keys()])
    .where('finished_at', 'is', null)
    .execute();
  for (const { id } of atWork)
    await db
      .updateTable('runs')
      .set((run) => ({ handed_over: run('handed_over', '+', counts.get(id) ?? 0) }))
      .where('id', '=', id)
      .execute();
};

const differenceOf = (
  before: KnownRow,
  entry: FoundItem,
  options: { isInSpace: (row: KnownRow) => boolean; force: boolean },
): Difference => {
  if (isOnTheWay(before)) return 'waiting';
  const decision = compare(before, entry, options);
  if (decision === 'metadata' || decision === 'unchanged') return decision;
  if (isOtherAudio(before, entry)) return 'changed';
  if (hasMoved(before, entry)) return 'moved';
  return before.state === 'failed' ? 'failed' : 'changed';
};

/** Whether an item's track is in the space: the one it was indexed in, or another that was filled since. */
const membersOf = async (db: Db, space: string, rows: readonly (KnownRow | undefined)[]) => {
  const elsewhere = rows.flatMap((row) => (row && row.space !== space ? (row.track_id ?? []) : []));
  const present = await presenceOf(db, space, [...new Set(elsewhere)]);
  return (row: KnownRow): boolean =>
    row.space === space || present.get(row.track_id ?? '')?.contentId === row.content_id;
};

/** `update`: it waits, and is to be what the entry says now. */
type Decision = 'queue' | 'waiting' | 'update' | 'unchanged' | 'metadata';

const compare = (
  before: KnownRow,
  entry: FoundItem,
  { isInSpace, force }: { isInSpace: (row: KnownRow) => boolean; force: boolean },
): Decision => {
  const isOtherItem =
    hasMoved(before, entry) ||
    isOtherAudio(before, entry) ||
    (entry.externalId !== null && before.external_id !== entry.externalId);
  if (isOnTheWay(before)) {
    if (!isOtherItem && before.metadata === metadataText(entry, before)) return 'waiting';
    // Whoever works on it has read it as it was: what comes of that is not wanted any more.
    return before.state === 'queued' ? 'update' : 'queue';
  }
  if (force || (before.state !== 'indexed' && before.state !== 'duplicate') || !isInSpace(before))
    return 'queue';
  if (isOtherItem) return 'queue';
  return before.metadata === metadataText(entry, before) ? 'unchanged' : 'metadata';
};

const isOnTheWay = ({ state }: KnownRow): boolean => state === 'queued' || state === 'active';

/** Of a link or an object named by itself nothing is known yet; a listing knows more of it, and both are right. */
const isOtherAudio = (before: KnownRow, entry: FoundItem): boolean => {
  if (isOtherVersion(before.etag, entry.etag)) return true;
  if (entry.root === null && (before.size === null || entry.size === null)) return false;
  return before.size !== entry.size || before.modified_ms !== entry.modifiedMs;
};

/** Stores write the same mark with and without quotes. Where either side knows none, size and time decide. */
const isOtherVersion = (before: string | null, now: string | null | undefined): boolean =>
  Boolean(before && now) && bareMark(before as string) !== bareMark(now as string);

const bareMark = (etag: string): string => etag.replace(/^W\//, '').replaceAll('"', '');
