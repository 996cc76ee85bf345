import { sql } from 'kysely';
import type { Catalogue, RunActivity, Stage } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';

/** Items whose timings are added up at most: enough to know where time goes. */
const SAMPLED_ITEMS = 500;

/** What a run has done lately and has before it. */
export const createProgressQueries = ({ db }: OpenDatabase): Pick<Catalogue, 'runActivity'> => ({
  runActivity: async (runId, since) => {
    const [work, active, recent, sampled] = await Promise.all([
      db
        .selectFrom('items')
        .select(({ fn }) => [
          sql<string>`case when outcome is null then 'left' else 'embedded' end`.as('part'),
          fn.countAll<number>().as('items'),
          fn.sum<number | null>('size').as('bytes'),
          sql<number>`sum(case when size is null then 1 else 0 end)`.as('unsized'),
        ])
        .where('run_id', '=', runId)
        .where((where) =>
          where.or([
            where('outcome', 'is', null),
            where.and([where('outcome', 'in', ['indexed', 'duplicate']), where('audio_seconds', '>', 0)]),
          ]),
        )
        .groupBy('part')
        .execute(),
      db
        .selectFrom('items')
        .select(({ fn }) => ['stage', fn.countAll<number>().as('count')])
        .where('state', '=', 'active')
        .where('run_id', '=', runId)
        .groupBy('stage')
        .execute(),
      db
        .selectFrom('items')
        .select(({ fn }) => [
          fn.countAll<number>().as('items'),
          fn.sum<number | null>('audio_seconds').as('seconds'),
          fn.min<number | null>('started_at').as('since'),
        ])
        .where('run_id', '=', runId)
        .where('finished_at', '>=', since)
        .where('outcome', 'in', ['indexed', 'duplicate', 'failed'])
        .executeTakeFirstOrThrow(),
      db
        .selectFrom('items')
        .select('timings')
        .where('run_id', '=', runId)
        .where('finished_at', '>=', since)
        .where('outcome', 'in', ['indexed', 'duplicate', 'failed'])
        .orderBy('finished_at', 'desc')
        .limit(SAMPLED_ITEMS)
        .execute(),
    ]);
    const embedded = work.find(({ part }) => part === 'embedded');
    const left = work.find(({ part }) => part === 'left');
    return {
      embeddedItems: Number(embedded?.items ?? 0),
      embeddedBytes: Number(embedded?.bytes ?? 0),
      leftBytes: Number(left?.bytes ?? 0),
      leftUnsized: Number(left?.unsized ?? 0),
      activeStages: Object.fromEntries(
        active
          .filter(({ stage }) => stage !== null)
          .map(({ stage, count }) => [stage as Stage, Number(count)]),
      ),
      recent: {
        items: Number(recent.items),
        audioSeconds: Number(recent.seconds ?? 0),
        since: recent.since === null ? null : Number(recent.since),
        stages: addUp(sampled.map(({ timings }) => JSON.parse(timings))),
      },
    } satisfies RunActivity;
  },
});

const addUp = (all: readonly Record<string, number>[]): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const timings of all)
    for (const [stage, ms] of Object.entries(timings)) sums[stage] = (sums[stage] ?? 0) + ms;
  return sums;
};
