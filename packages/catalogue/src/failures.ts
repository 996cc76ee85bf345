import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Catalogue, FailureFilter } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { chunksOf, toItem } from './rows.ts';
import type { Database } from './schema.ts';

type Failures = Pick<Catalogue, 'listItems' | 'failureGroups' | 'retryItems'>;

/** Examples of a group of failures. */
const EXAMPLES = 3;

const IDS_PER_STATEMENT = 5_000;

/** What failed, grouped and listed, and its way back into the queue. */
export const createFailures = ({ db }: OpenDatabase): Failures => ({
  listItems: async ({ state, after, limit, ...filter }) => {
    let query = db.selectFrom('items').selectAll().where(matching(filter));
    if (state) query = query.where('state', '=', state);
    if (after !== undefined) query = query.where('id', '>', after);
    return (await query.orderBy('id').limit(limit).execute()).map(toItem);
  },

  failureGroups: async (filter = {}) => {
    const failed = db
      .selectFrom('items')
      .select([
        sql<string>`coalesce(error_code, 'INTERNAL')`.as('code'),
        'root',
        'path',
        sql<number>`count(*) over (partition by error_code)`.as('count'),
        sql<number>`row_number() over (partition by error_code order by id)`.as('place'),
      ])
      .where('state', '=', 'failed')
      .where(matching(filter));
    const rows = await db
      .selectFrom(failed.as('failed'))
      .selectAll()
      .where('place', '<=', EXAMPLES)
      .orderBy('count', 'desc')
      .orderBy('code')
      .orderBy('place')
      .execute();
    const groups = new Map<string, { code: string; count: number; examples: string[] }>();
    for (const { code, count, root, path } of rows) {
      const group = groups.get(code) ?? { code, count: Number(count), examples: [] };
      group.examples.push(root === '' ? path : `${root}/${path}`);
      groups.set(code, group);
    }
    return [...groups.values()];
  },

  retryItems: async ({ itemIds, limit = 100_000, ...filter }) => {
    let failed = db.selectFrom('items').where('state', '=', 'failed').where(matching(filter));
    if (itemIds) failed = failed.where('id', 'in', itemIds.length > 0 ? [...itemIds] : [-1]);
    const audio = await failed.select('id').where(isAudio).orderBy('id').limit(limit).execute();
    const ids = audio.map(({ id }) => id);
    const { rowsLeft } = await failed
      .select(({ fn }) => fn.countAll<number>().as('rowsLeft'))
      .where(({ not }) => not(isAudio))
      .executeTakeFirstOrThrow();
    const queued: { itemId: number; try: number }[] = [];
    for (const chunk of chunksOf(ids, IDS_PER_STATEMENT)) {
      const rows = await db
        .updateTable('items')
        .set((eb) => ({
          state: 'queued',
          outcome: null,
          attempts: 0,
          available_at: 0,
          tries: eb('tries', '+', 1),
          queued_at: Date.now(),
        }))
        .where('id', 'in', chunk)
        .where('state', '=', 'failed')
        .returning(['id', 'tries'])
        .execute();
      queued.push(...rows.map(({ id, tries }) => ({ itemId: id, try: tries })));
    }
    return { queued: queued.sort((a, b) => a.itemId - b.itemId), rowsLeft: Number(rowsLeft) };
  },
});

/**
 * A file below a root, or a link or object of a bucket that was itself what failed. The rest are rows of lists, kept under the name of the row or under what it
 * says, which may be half of a link.
 */
const isAudio: Expression<SqlBool> = sql<SqlBool>`(root <> '' or (
  (lower(path) like 'http://%' or lower(path) like 'https://%' or lower(path) like 's3://%')
  and coalesce(error_code, '') not in ('MANIFEST_INVALID', 'INPUT_INVALID')))`;

const matching =
  ({ code, runId, source, since, until }: FailureFilter) =>
  (where: ExpressionBuilder<Database, 'items'>): Expression<SqlBool> =>
    where.and([
      ...(code === undefined ? [] : [where('error_code', '=', code)]),
      ...(runId === undefined ? [] : [where('run_id', '=', runId)]),
      ...(source === undefined ? [] : [where.or([where('root', '=', source), contains(source)])]),
      ...(since === undefined ? [] : [where('finished_at', '>=', since)]),
      ...(until === undefined ? [] : [where('finished_at', '<', until)]),
    ]);

const contains = (part: string): Expression<SqlBool> =>
  sql<SqlBool>`source like ${`%${part.replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
