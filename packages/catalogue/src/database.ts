import { redactUrl, SoundalikeError } from '@soundalike/core';
import { Kysely, type LogEvent } from 'kysely';
import type { Database } from './schema.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

export interface OpenDatabase {
  readonly kind: DatabaseKind;
  /** Without the password. */
  readonly url: string;
  readonly db: Kysely<Database>;
  close(): Promise<void>;
}

/**
 * Opens `sqlite:<file>`, `memory:` or `postgres://…` as one Kysely database. Drivers load only where they are used.
 *
 * @throws SoundalikeError `DATABASE_UNAVAILABLE`, `DATABASE_DAMAGED`
 */
export const openDatabase = async (url: string, options: { readOnly: boolean }): Promise<OpenDatabase> => {
  const kind: DatabaseKind = /^postgres(ql)?:/.test(url) ? 'postgres' : 'sqlite';
  const shown = redactUrl(url);
  try {
    const { dialect, close } =
      kind === 'postgres'
        ? await (await import('./postgres-dialect.ts')).postgresDialect(url)
        : await (await import('./sqlite-dialect.ts')).sqliteDialect(url, options);
    const db = new Kysely<Database>({ dialect, log: silent });
    return {
      kind,
      url: shown,
      db,
      close: async () => {
        await db.destroy();
        await close();
      },
    };
  } catch (cause) {
    throw new SoundalikeError(
      isDamaged(cause) ? 'DATABASE_DAMAGED' : 'DATABASE_UNAVAILABLE',
      `The database ${shown} cannot be opened: ${(cause as Error).message}`,
      { cause },
    );
  }
};

/** Whether an error says that a SQLite file holds no database or a broken one: no waiting mends that. */
export const isDamaged = (error: unknown): boolean =>
  /^SQLITE_(NOTADB|CORRUPT)/.test((error as { code?: string }).code ?? '') ||
  /file is not a database|disk image is malformed/.test((error as Error).message);

const silent = (_event: LogEvent) => undefined;
