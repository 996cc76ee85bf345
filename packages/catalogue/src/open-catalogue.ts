import { isSoundalikeError, SoundalikeError } from '@soundalike/core';
import { sql } from 'kysely';
import { createAnswers } from './answers.ts';
import { createAttempts } from './attempts.ts';
import type { Catalogue } from './catalogue.ts';
import { isDamaged, type OpenDatabase, openDatabase } from './database.ts';
import { createDuplicates } from './duplicates.ts';
import { createFacets } from './facets.ts';
import { createFailures } from './failures.ts';
import { createGone } from './gone.ts';
import { createKeys } from './keys.ts';
import { createLeases } from './leases.ts';
import { migrate } from './migrate.ts';
import { createMonitoring } from './monitoring.ts';
import { createProgressQueries } from './progress.ts';
import { createRuns } from './runs.ts';
import { createScanning } from './scanning.ts';
import { createSignatures } from './signatures.ts';
import { createSpaces } from './spaces.ts';
import { createTrackSpaces } from './track-spaces.ts';
import { createTracks } from './tracks.ts';
import { createWorking } from './working.ts';

/**
 * Opens the catalogue database and brings its tables up to date.
 *
 * @param url `sqlite:<file>`, `memory:` or `postgres://…`
 * @param options.readOnly changes nothing: a SQLite file must be there, and tables are taken as they are, older or newer
 * @throws SoundalikeError `DATABASE_TOO_NEW` (not with `readOnly`); `DATABASE_UNAVAILABLE` and `DATABASE_DAMAGED`, from every method, too
 */
export const openCatalogue = async (
  url: string,
  options: { readOnly?: boolean } = {},
): Promise<Catalogue> => {
  const { readOnly = false } = options;
  const database = await openDatabase(url, { readOnly });
  const guard = guarded(database);
  if (!readOnly || url.startsWith('memory:')) await guard(() => migrate(database));
  const methods: Omit<Catalogue, 'kind' | 'url' | 'close' | 'ping'> = {
    ...createRuns(database),
    ...createProgressQueries(database),
    ...createScanning(database),
    ...createGone(database),
    ...createWorking(database),
    ...createFailures(database),
    ...createAttempts(database),
    ...createDuplicates(database),
    ...createAnswers(database),
    ...createKeys(database),
    ...createLeases(database),
    ...createTracks(database),
    ...createFacets(database),
    ...createSignatures(database),
    ...createSpaces(database),
    ...createTrackSpaces(database),
    ...createMonitoring(database),
  };
  const wrapped = Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [
      name,
      (...parameters: never[]) => guard(() => (method as (...p: never[]) => Promise<unknown>)(...parameters)),
    ]),
  ) as typeof methods;
  return {
    kind: database.kind,
    url: database.url,
    ...wrapped,
    ping: () => guard(async () => void (await sql`select 1 from settings limit 1`.execute(database.db))),
    close: () => database.close(),
  };
};

/** SQLSTATE classes that say the server is away or going: 08 connection, 53 resources, 57 operator intervention. */
const AWAY_SQLSTATE = /^(08|53|57)/;
const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_IOERR',
  'SQLITE_FULL',
  'SQLITE_CANTOPEN',
  'SQLITE_READONLY',
]);

/** PostgreSQL: `character_not_in_repertoire`. */
const UNSTORABLE = '22021';

/** Tells a database that is away from one that refused: only the first is worth waiting for. */
const guarded =
  ({ url }: OpenDatabase) =>
  async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (isSoundalikeError(error)) throw error;
      const { code = '', message } = error as { code?: string; message: string };
      // Asked for a text with NUL in it, PostgreSQL refuses the question; no stored text has one.
      if (code === UNSTORABLE)
        throw new SoundalikeError('INPUT_INVALID', 'A text holds a NUL character, which no stored one does', {
          cause: error,
        });
      const isAway =
        AWAY_SQLSTATE.test(code) ||
        AWAY_CODES.has(code) ||
        /Connection terminated|timeout exceeded when trying to connect|database is locked/i.test(message);
      throw new SoundalikeError(
        isDamaged(error) ? 'DATABASE_DAMAGED' : isAway ? 'DATABASE_UNAVAILABLE' : 'INTERNAL',
        `The database ${url}: ${message}`,
        { cause: error },
      );
    }
  };
