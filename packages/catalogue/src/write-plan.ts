import { recordAttempt } from './attempts.ts';
import type { ScanResult } from './catalogue.ts';
import { promoteCopies } from './copies.ts';
import { forgetNames, rememberNames } from './item-names.ts';
import type { Connected } from './look-up-items.ts';
import type { ScanPlan } from './plan-scan.ts';
import { chunksOf } from './rows.ts';
import { writeRefused, writeRows, writeWaiting } from './write-items.ts';

type Db = Connected['db'];

/** Rows in one statement: 28 columns each stay under SQLite's limit of bound values. */
const ROWS_PER_STATEMENT = 500;

/** Writes down what was decided about a batch, within a transaction. */
export const writePlan = async (
  db: Db,
  plan: ScanPlan,
  { runId, source }: { runId: number; source: string },
): Promise<ScanResult> => {
  const { waiting, unchanged, metadataChanged, claimed, conflicts } = plan;
  for (const { itemId, problem } of plan.broken)
    await recordAttempt(db, { itemId, outcome: 'failed', ...problem });
  const queued: number[] = [];
  for (const chunk of chunksOf(plan.rows, ROWS_PER_STATEMENT))
    for (const { id, state } of await writeRows(db, chunk)) if (state === 'queued') queued.push(id);
  for (const chunk of chunksOf(plan.refused, ROWS_PER_STATEMENT)) await writeRefused(db, chunk);
  for (const chunk of chunksOf(plan.updated, ROWS_PER_STATEMENT)) await writeWaiting(db, chunk);
  await adopt(db, unchanged, { run_id: runId, outcome: 'unchanged' });
  await adopt(db, waiting, { run_id: runId, outcome: null });
  for (const ids of chunksOf(claimed, ROWS_PER_STATEMENT))
    await db.updateTable('items').set({ source }).where('id', 'in', ids).execute();
  await forgetNames(db, claimed, source);
  await forgetNames(db, plan.moved);
  await rememberNames(db, plan.namings);
  const promoted = await promoteCopies(db, [...new Set(plan.held)]);
  return {
    queued: [...queued, ...waiting],
    unchanged: unchanged.length,
    metadataChanged,
    promoted,
    conflicts,
  };
};

/** Items become the run's, unless a later one has seen them. */
const adopt = async (
  db: Db,
  ids: readonly number[],
  values: { run_id: number; outcome: 'unchanged' | null },
): Promise<void> => {
  for (const chunk of chunksOf(ids, ROWS_PER_STATEMENT))
    await db
      .updateTable('items')
      .set(values)
      .where('id', 'in', chunk)
      .where('run_id', '<=', values.run_id)
      .execute();
};
