import { type Kysely, type Migration, sql } from 'kysely';
import type { DatabaseKind } from '../database.ts';
import { addColumnTo } from './add-column.ts';

/** How many items of a run that was still at work later runs took over. May be repeated. */
export const handedOver = (kind: DatabaseKind): Migration => ({
  up: (db: Kysely<unknown>) => addColumnTo(kind, db)('runs', 'handed_over', sql`integer not null default 0`),
});
