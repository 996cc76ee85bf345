import { type Kysely, type Migration, sql } from 'kysely';
import type { DatabaseKind } from '../database.ts';

/** Sources that name an item beside the one it is of. May be repeated. */
export const itemNames = (kind: DatabaseKind): Migration => ({
  up: async (db: Kysely<unknown>) => {
    const text = kind === 'postgres' ? sql`text collate "C"` : sql`text`;
    await sql`create table if not exists item_names (item_id bigint not null, source ${text} not null,
      primary key (item_id, source))`.execute(db);
    await sql`create index if not exists item_names_source on item_names (source)`.execute(db);
  },
});
