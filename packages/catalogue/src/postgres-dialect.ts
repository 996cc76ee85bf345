import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

/** PostgreSQL sends bigint as text, since it may exceed 2^53; ids and milliseconds do not. */
const BIGINT = 20;
const NUMERIC = 1700;

/** Connections of one process. Workers need few: an item is a handful of statements. */
const POOL_SIZE = 8;

export const postgresDialect = async (url: string): Promise<{ dialect: Dialect; close(): Promise<void> }> => {
  const types = {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      oid === BIGINT || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format as 'text'),
  };
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: 10_000,
    types: types as pg.CustomTypesConfig,
  });
  // A connection that breaks while idle is replaced on next use; unhandled, the event would end the process.
  pool.on('error', () => undefined);
  await pool.query('select 1');
  return { dialect: new PostgresDialect({ pool }), close: async () => undefined };
};
