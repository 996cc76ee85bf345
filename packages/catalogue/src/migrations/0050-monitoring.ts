import { type Kysely, type Migration, sql } from 'kysely';
import type { DatabaseKind } from '../database.ts';

/** Workers' heartbeats, what their stages did over time, and how runs ended. Every statement may be repeated. */
export const monitoring = (kind: DatabaseKind): Migration => ({
  up: async (db: Kysely<unknown>) => {
    const text = kind === 'postgres' ? sql`text collate "C"` : sql`text`;
    const real = kind === 'postgres' ? sql`double precision` : sql`real`;
    const create = (table: string, columns: ReturnType<typeof sql>) =>
      sql`create table if not exists ${sql.table(table)} (${columns})`.execute(db);
    await create(
      'workers',
      sql`name ${text} primary key, host ${text} not null, facts ${text} not null, started_at bigint not null, beat_at bigint not null,
        stopped_at bigint`,
    );
    await create(
      'stage_samples',
      sql`worker ${text} not null, at bigint not null, fetch_ms ${real} not null, decode_ms ${real} not null, embed_ms ${real} not null,
        store_ms ${real} not null, clips integer not null, audio_seconds ${real} not null, done integer not null, failed integer not null,
        primary key (worker, at)`,
    );
    await create('run_ends', sql`run_id bigint primary key, counts ${text} not null`);
    await sql`create index if not exists stage_samples_at on stage_samples (at)`.execute(db);
  },
});
