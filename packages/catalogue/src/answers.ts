import type { Catalogue } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';

/** How long an answer is remembered, ms. */
const KEPT_MS = 24 * 3600 * 1000;

/** Answers to requests that carry an idempotency key. */
export const createAnswers = ({ db }: OpenDatabase): Pick<Catalogue, 'findAnswer' | 'keepAnswer'> => ({
  findAnswer: async (key) =>
    db
      .selectFrom('idempotency')
      .select(['fingerprint', 'answer'])
      .where('key', '=', key)
      .where('created_at', '>', Date.now() - KEPT_MS)
      .executeTakeFirst(),

  keepAnswer: async ({ key, fingerprint, answer }) => {
    const row = { fingerprint, answer, created_at: Date.now() };
    await db
      .deleteFrom('idempotency')
      .where('created_at', '<=', Date.now() - KEPT_MS)
      .execute();
    await db
      .insertInto('idempotency')
      .values({ key, ...row })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
      .execute();
  },
});
