import { sql } from 'kysely';
import type { Attempt, Catalogue } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { toAttempt } from './rows.ts';

type Db = OpenDatabase['db'];

/** The story of items, attempt by attempt. */
export const createAttempts = ({ db }: OpenDatabase): Pick<Catalogue, 'attemptsOf'> => ({
  attemptsOf: async (itemId) =>
    (await db.selectFrom('attempts').selectAll().where('item_id', '=', itemId).orderBy('id').execute()).map(
      toAttempt,
    ),
});

/** Writes down how the running attempt of an item ends; call before the item's own row changes. */
export const recordAttempt = async (
  db: Db,
  end: {
    itemId: number;
    worker?: string | undefined;
    outcome: Attempt['outcome'];
    code?: string | undefined;
    message?: string | undefined;
    detail?: string | undefined;
    timings?: Readonly<Record<string, number>> | undefined;
  },
): Promise<void> => {
  const { itemId, worker, outcome, code = null, message = null, detail = null, timings = {} } = end;
  // An item that fails without having been started (a manifest row that cannot be read) has had no attempt.
  await db
    .insertInto('attempts')
    .columns([
      'item_id',
      'run_id',
      'number',
      'worker',
      'started_at',
      'finished_at',
      'outcome',
      'stage',
      'code',
      'message',
      'detail',
      'timings',
    ])
    .expression((eb) =>
      eb
        .selectFrom('items')
        .select([
          'id',
          'run_id',
          'attempts',
          'worker',
          'started_at',
          sql<number>`cast(${Date.now()} as bigint)`.as('finished_at'),
          sql<string>`cast(${outcome} as text)`.as('outcome'),
          'stage',
          sql<string | null>`cast(${code} as text)`.as('code'),
          sql<string | null>`cast(${message} as text)`.as('message'),
          sql<string | null>`cast(${detail} as text)`.as('detail'),
          sql<string>`cast(${JSON.stringify(timings)} as text)`.as('timings'),
        ])
        .where('id', '=', itemId)
        .where('state', '=', 'active')
        .$if(worker !== undefined, (query) => query.where('worker', '=', worker as string)),
    )
    .execute();
};
