import { existsSync } from 'node:fs';
import { type Dialect, SqliteDialect } from 'kysely';
import Sqlite from 'libsql';

/** How long a writer waits for another process's transaction, ms. */
const BUSY_TIMEOUT_MS = 30_000;

/**
 * Our transactions read before they write. Begun as readers, SQLite refuses the write at once where another process has written meanwhile; begun as
 * writers, they wait for their turn. They wait without yielding, so that a process opens a file once: a second connection of its own would be waited for
 * in vain.
 */
const BEGIN_TO_WRITE = 'begin immediate';

/** SQLite through libsql: write-ahead log, so that readers and one writer in several processes do not block each other. */
export const sqliteDialect = async (
  url: string,
  { readOnly }: { readOnly: boolean },
): Promise<{ dialect: Dialect; close(): Promise<void> }> => {
  const path = url.startsWith('memory:') ? ':memory:' : url.slice('sqlite:'.length);
  if (readOnly && path !== ':memory:' && !existsSync(path))
    throw new Error(`${path} does not exist; nothing has been ingested here yet`);
  const database = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
  database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
  if (readOnly) {
    database.exec('pragma query_only = 1');
  } else {
    database.exec('pragma journal_mode = wal');
    // With WAL, NORMAL loses at most the last transactions at a power cut, never the file; kill -9 loses nothing.
    database.exec('pragma synchronous = normal');
  }
  // Kysely closes it with the dialect. It asks a statement whether it returns rows; libsql always says yes, so we tell it.
  const dialect = new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare: (text) => {
        const statement = database.prepare(text === 'begin' && !readOnly ? BEGIN_TO_WRITE : text);
        return {
          reader: returnsRows(text),
          all: (parameters) => statement.all(parameters.map(bindable)),
          run: (parameters) => statement.run(parameters.map(bindable)),
          iterate: (parameters) => statement.iterate(parameters.map(bindable)),
        };
      },
    },
  });
  return { dialect, close: async () => undefined };
};

const returnsRows = (text: string): boolean =>
  /^\s*(select|with|pragma)\b/i.test(text) || /\breturning\b/i.test(text);

/** SQLite knows no booleans. */
const bindable = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value);
