import type { Catalogue, ItemOutcome, RunCounts } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { toRun } from './rows.ts';

type Runs = Pick<Catalogue, 'createRun' | 'setRunState' | 'getRun' | 'listRuns' | 'runCounts' | 'hasWork'>;

const NO_OUTCOMES: Record<ItemOutcome, number> = {
  indexed: 0,
  unchanged: 0,
  duplicate: 0,
  failed: 0,
  gone: 0,
  cancelled: 0,
};

/** Runs that ended before these were counted say nothing of them. */
const NONE_HANDED_OVER = { handedOver: 0 };

export const createRuns = ({ db }: OpenDatabase): Runs => ({
  createRun: async ({ catalogue, source }) =>
    toRun(
      await db
        .insertInto('runs')
        .values({ catalogue, source, state: 'scanning', started_at: Date.now() })
        .returningAll()
        .executeTakeFirstOrThrow(),
    ),

  setRunState: async (runId, state) => {
    const isOver = state === 'done' || state === 'interrupted';
    await db
      .updateTable('runs')
      .set({ state, finished_at: isOver ? Date.now() : null })
      .where('id', '=', runId)
      .execute();
    // Later runs adopt the items of this one, so what it did is written down at its end.
    if (!isOver) return void (await db.deleteFrom('run_ends').where('run_id', '=', runId).execute());
    const counts = JSON.stringify(await countItems(db, runId));
    await db
      .insertInto('run_ends')
      .values({ run_id: runId, counts })
      .onConflict((conflict) => conflict.column('run_id').doUpdateSet({ counts }))
      .execute();
  },

  getRun: async (runId) => {
    const row = await db.selectFrom('runs').selectAll().where('id', '=', runId).executeTakeFirst();
    return row && toRun(row);
  },

  listRuns: async (limit) =>
    (await db.selectFrom('runs').selectAll().orderBy('id', 'desc').limit(limit).execute()).map(toRun),

  runCounts: async (runId) => {
    const ended = await db
      .selectFrom('run_ends')
      .select('counts')
      .where('run_id', '=', runId)
      .where(({ exists, selectFrom }) => exists(selectFrom('runs').select('id').where('id', '>', runId)))
      .executeTakeFirst();
    return ended ? { ...NONE_HANDED_OVER, ...JSON.parse(ended.counts) } : countItems(db, runId);
  },

  hasWork: async (runId) => {
    const item = await db
      .selectFrom('items')
      .select('id')
      .where('run_id', '=', runId)
      .where('outcome', 'is', null)
      .limit(1)
      .executeTakeFirst();
    return item !== undefined;
  },
});

const countItems = async (db: OpenDatabase['db'], runId: number): Promise<RunCounts> => {
  const rows = await db
    .selectFrom('items')
    .select(({ fn }) => [
      'state',
      'outcome',
      fn.countAll<number>().as('count'),
      fn.sum<number | null>('audio_seconds').as('seconds'),
    ])
    .where('run_id', '=', runId)
    .groupBy(['state', 'outcome'])
    .execute();
  const run = await db.selectFrom('runs').select('handed_over').where('id', '=', runId).executeTakeFirst();
  const counts = {
    total: 0,
    queued: 0,
    active: 0,
    audioSeconds: 0,
    handedOver: run?.handed_over ?? 0,
    outcomes: { ...NO_OUTCOMES },
  };
  for (const { state, outcome, count, seconds } of rows) {
    counts.total += Number(count);
    if (outcome) counts.outcomes[outcome as ItemOutcome] += Number(count);
    else if (state === 'active') counts.active += Number(count);
    else counts.queued += Number(count);
    // Items left as they were keep the seconds of an earlier run.
    if (outcome === 'indexed' || outcome === 'duplicate') counts.audioSeconds += Number(seconds ?? 0);
  }
  return counts;
};
