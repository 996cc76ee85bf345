import { type Kysely, type Migration, sql } from 'kysely';
import type { DatabaseKind } from '../database.ts';

/**
 * The transform and score curve of each space, apart from the spaces' rows, which every query reads: a whitening is a megabyte. With it an
 * index can be searched also after its model's manifest has got another transform.
 */
export const spaceTransforms = (kind: DatabaseKind): Migration => ({
  up: async (db: Kysely<unknown>) => {
    const text = kind === 'postgres' ? sql`text collate "C"` : sql`text`;
    const bytes = kind === 'postgres' ? sql`bytea` : sql`blob`;
    await sql`create table if not exists space_transforms (name ${text} primary key, mean ${bytes} not null, whitening ${bytes},
      calibration ${text} not null)`.execute(db);
  },
});
