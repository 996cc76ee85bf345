import type { Catalogue } from './catalogue.ts';
import { differenceOf } from './compare-entry.ts';
import { liesWithin } from './gone.ts';
import { findKnown } from './known-items.ts';
import type { Connected, KnownRow } from './look-up-items.ts';
import { planScan } from './plan-scan.ts';
import { presenceOf } from './track-spaces.ts';
import { waitToScan } from './turn.ts';
import { BULK_PRIORITY } from './write-items.ts';
import { writePlan } from './write-plan.ts';

type Scanning = Pick<Catalogue, 'recordFound' | 'compareFound'>;
type Db = Connected['db'];

export const createScanning = ({ kind, db }: Connected): Scanning => ({
  recordFound: ({ runId, catalogue, space, found, force = false, ...how }) =>
    db.transaction().execute(async (transaction) => {
      const { source = '', speaksFor, priority = BULK_PRIORITY } = how;
      await waitToScan({ kind, db: transaction });
      const known = await findKnown({ kind, db: transaction, willWrite: true }, { catalogue, found, runId });
      const plan = planScan(found, known, {
        runId,
        catalogue,
        source,
        speaksFor,
        priority,
        force,
        isInSpace: await membersOf(transaction, space, known.items),
      });
      const result = await writePlan(transaction, plan, { runId, source });
      await countHandedOver(transaction, known.items, runId);
      return result;
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

/** Whether an item's track is in the space: the one it was indexed in, or another that was filled since. */
const membersOf = async (db: Db, space: string, rows: readonly (KnownRow | undefined)[]) => {
  const elsewhere = rows.flatMap((row) => (row && row.space !== space ? (row.track_id ?? []) : []));
  const present = await presenceOf(db, space, [...new Set(elsewhere)]);
  return (row: KnownRow): boolean =>
    row.space === space || present.get(row.track_id ?? '')?.contentId === row.content_id;
};
