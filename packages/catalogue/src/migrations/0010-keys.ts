import { type Kysely, type Migration, sql } from 'kysely';
import type { DatabaseKind } from '../database.ts';

/** API keys, and the browser sessions that were opened with them. Only hashes are kept. Every statement may be repeated. */
export const keys = (kind: DatabaseKind): Migration => ({
  up: async (db: Kysely<unknown>) => {
    const text = kind === 'postgres' ? sql`text collate "C"` : sql`text`;
    await sql`create table if not exists api_keys (id ${text} primary key, name ${text} not null, hash ${text} not null unique,
      scopes ${text} not null, created_at bigint not null, used_at bigint, revoked_at bigint)`.execute(db);
    await sql`create table if not exists sessions (hash ${text} primary key, key_id ${text} not null, expires_at bigint not null)`.execute(
      db,
    );
  },
});
