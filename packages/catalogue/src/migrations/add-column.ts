import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DatabaseKind } from '../database.ts';

/** Adds a column to a table unless it is there already, so that a step may be repeated. */
export const addColumnTo =
  (kind: DatabaseKind, db: Kysely<unknown>) =>
  async (table: string, column: string, type: RawBuilder<unknown>): Promise<void> => {
    if (kind === 'sqlite' && (await hasColumn(db, table, column))) return;
    const quietly = kind === 'postgres' ? sql`if not exists` : sql``;
    await sql`alter table ${sql.table(table)} add column ${quietly} ${sql.ref(column)} ${type}`.execute(db);
  };

const hasColumn = async (db: Kysely<unknown>, table: string, column: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from pragma_table_info(${table}) where name = ${column}`.execute(db);
  return rows.length > 0;
};
