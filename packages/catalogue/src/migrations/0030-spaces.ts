import { type Kysely, type Migration, sql } from 'kysely';
import type { DatabaseKind } from '../database.ts';

/**
 * Which track is in which space, and what a space is besides live: several spaces may stand beside each other, one of them live.
 * What a database of before holds is taken over. Every statement may be repeated.
 */
export const spaces = (kind: DatabaseKind): Migration => ({
  up: async (db: Kysely<unknown>) => {
    const text = kind === 'postgres' ? sql`text collate "C"` : sql`text`;
    await sql`create table if not exists track_spaces (space ${text} not null, track_id ${text} not null, content_id ${text} not null,
      clip_count integer not null, indexed_at bigint not null, primary key (space, track_id))`.execute(db);
    await sql`create index if not exists track_spaces_track on track_spaces (track_id)`.execute(db);
    await sql`insert into track_spaces (space, track_id, content_id, clip_count, indexed_at)
      select space, id, content_id, clip_count, indexed_at from tracks where true on conflict do nothing`.execute(
      db,
    );
    await sql`create table if not exists space_states (name ${text} primary key, state ${text} not null, run_id bigint)`.execute(
      db,
    );
  },
});
