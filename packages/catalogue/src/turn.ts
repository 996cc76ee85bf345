import { sql } from 'kysely';
import type { OpenDatabase } from './database.ts';

/** Keys of PostgreSQL's advisory locks: any numbers that nothing else takes. */
const SCANNING = 7_265_001;
const TRACKS = 7_265_002;

/**
 * What scans write, one transaction writes at a time, until it ends: two that find the same place new would both write it, and one that ends what is
 * gone would wait for the other's rows while that one waits for its. SQLite has one writer anyway.
 */
export const waitToScan = async ({ kind, db }: Pick<OpenDatabase, 'kind' | 'db'>): Promise<void> => {
  if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(SCANNING)})`.execute(db);
};

/** Items that end with the same track end one after the other, so that one of them is what it is made of and the others are copies. */
export const waitForTrack = async (
  { kind, db }: Pick<OpenDatabase, 'kind' | 'db'>,
  trackId: string,
): Promise<void> => {
  if (kind === 'postgres')
    await sql`select pg_advisory_xact_lock(${sql.lit(TRACKS)}, hashtext(${trackId}))`.execute(db);
};
