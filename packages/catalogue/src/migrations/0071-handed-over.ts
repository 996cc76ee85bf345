import { type Kysely, type Migration, sql } from 'kysely';
import type { DatabaseKind } from '../database.ts';

/** How many items of a run that was still at work later runs took over. May be repeated. */
export const handedOver = (kind: DatabaseKind): Migration => ({
  up: async (db: Kysely<unknown>) => {
    if (kind === 'sqlite') {
      const { rows } = await sql`select 1 from pragma_table_info('runs') where name = 'handed_over'`.execute(
        db,
      );
      if (rows.length > 0) return;
    }
    const quietly = kind === 'postgres' ? sql`if not exists` : sql``;
    await sql`alter table runs add column ${quietly} handed_over integer not null default 0`.execute(db);
  },
});
