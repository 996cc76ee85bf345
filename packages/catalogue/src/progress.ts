import { sql } from 'kysely';
import type { Catalogue, EndedItem, FormatProgress, RunActivity, Stage } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';

/** Items that say how fast work goes, at most: of a fast run a minute or two. */
const RECENT_ITEMS = 1_000;

/** Items whose timings are added up at most: enough to know where time goes. */
const SAMPLED_ITEMS = 500;

type Db = OpenDatabase['db'];

/** What a run has done lately and has before it. */
export const createProgressQueries = ({ db }: OpenDatabase): Pick<Catalogue, 'runActivity'> => ({
  runActivity: async (runId, since) => {
    const [work, active, recent] = await Promise.all([
      workOf(db, runId),
      db
        .selectFrom('items')
        .select(({ fn }) => ['stage', fn.countAll<number>().as('count')])
        .where('state', '=', 'active')
        .where('run_id', '=', runId)
        .groupBy('stage')
        .execute(),
      db
        .selectFrom('items')
        .select(['started_at', 'finished_at', 'outcome', 'audio_seconds', 'timings'])
        .where('run_id', '=', runId)
        .where('finished_at', '>=', since)
        .where('started_at', 'is not', null)
        .where('outcome', 'in', ['indexed', 'duplicate', 'failed'])
        .orderBy('finished_at', 'desc')
        .limit(RECENT_ITEMS)
        .execute(),
    ]);
    return {
      ...work,
      activeStages: Object.fromEntries(
        active
          .filter(({ stage }) => stage !== null)
          .map(({ stage, count }) => [stage as Stage, Number(count)]),
      ),
      recent: {
        ended: recent.map(
          (row): EndedItem => ({
            startedAt: Number(row.started_at),
            finishedAt: Number(row.finished_at),
            audioSeconds: row.outcome === 'failed' ? 0 : Number(row.audio_seconds ?? 0),
          }),
        ),
        stages: addUp(recent.slice(0, SAMPLED_ITEMS).map(({ timings }) => JSON.parse(timings))),
      },
    } satisfies RunActivity;
  },
});

/** Items, bytes and audio by format, in one pass over the run's rows. */
const workOf = async (db: Db, runId: number): Promise<Pick<RunActivity, 'formats' | 'leftUnsized'>> => {
  const { largest } = await db
    .selectFrom('items')
    .select(({ fn }) => fn.max<number | null>('size').as('largest'))
    .where('run_id', '=', runId)
    .where('outcome', 'in', ['indexed', 'duplicate'])
    .where('audio_seconds', '>', 0)
    .executeTakeFirstOrThrow();
  const bytes = largest === null ? sql`size` : sql`case when size > ${largest} then ${largest} else size end`;
  const rows = await db
    .selectFrom('items')
    .select(({ fn }) => [
      sql<string>`case when size is null then '' else lower(substr(path, length(path) - 3)) end`.as('format'),
      sql<string>`case when outcome is null then 'left' else 'ended' end`.as('part'),
      fn.countAll<number>().as('items'),
      sql<number | null>`sum(${bytes})`.as('bytes'),
      sql<number | null>`sum(case when outcome in ('indexed', 'duplicate') then audio_seconds else 0 end)`.as(
        'seconds',
      ),
    ])
    .where('run_id', '=', runId)
    .where((where) =>
      where.or([where('outcome', 'is', null), where('outcome', 'in', ['indexed', 'duplicate', 'failed'])]),
    )
    .groupBy(['format', 'part'])
    .execute();
  const formats = new Map<string, FormatProgress>();
  for (const { format, part, items, bytes: sum, seconds } of rows.filter((row) => row.format !== '')) {
    const before = formats.get(format) ?? {
      ended: { items: 0, bytes: 0, audioSeconds: 0 },
      left: { items: 0, bytes: 0 },
    };
    const size = { items: Number(items), bytes: Number(sum ?? 0) };
    formats.set(
      format,
      part === 'left'
        ? { ...before, left: size }
        : { ...before, ended: { ...size, audioSeconds: Number(seconds ?? 0) } },
    );
  }
  const unsized = rows.find(({ format, part }) => format === '' && part === 'left');
  return { formats: [...formats.values()], leftUnsized: Number(unsized?.items ?? 0) };
};

const addUp = (all: readonly Record<string, number>[]): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const timings of all)
    for (const [stage, ms] of Object.entries(timings)) sums[stage] = (sums[stage] ?? 0) + ms;
  return sums;
};
