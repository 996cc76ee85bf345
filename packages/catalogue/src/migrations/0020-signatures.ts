import { type Kysely, type Migration, sql } from 'kysely';
import type { DatabaseKind } from '../database.ts';

/** One spectral signature for each content: it does not depend on the embedding space. */
export const signatures = (kind: DatabaseKind): Migration => ({
  up: async (db: Kysely<unknown>) => {
    const text = kind === 'postgres' ? sql`text collate "C"` : sql`text`;
    const bytes = kind === 'postgres' ? sql`bytea` : sql`blob`;
    await sql`create table if not exists signatures (content_id ${text} primary key, words ${bytes} not null)`.execute(
      db,
    );
  },
});
