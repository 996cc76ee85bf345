import { SoundalikeError } from '@soundalike/core';
import { Migrator } from 'kysely';
import type { OpenDatabase } from './database.ts';
import { first } from './migrations/0001-first.ts';
import { keys } from './migrations/0010-keys.ts';
import { signatures } from './migrations/0020-signatures.ts';
import { spaces } from './migrations/0030-spaces.ts';
import { spaceTransforms } from './migrations/0031-space-transforms.ts';
import { ingest } from './migrations/0040-ingest.ts';
import { monitoring } from './migrations/0050-monitoring.ts';
import { plainLetters } from './migrations/0060-plain-letters.ts';
import { itemNames } from './migrations/0070-item-names.ts';
import { handedOver } from './migrations/0071-handed-over.ts';

/** Tries of a process that finds another one migrating the same SQLite file. */
const MAX_TRIES = 20;

/**
 * Brings the tables up to date. Kysely locks on PostgreSQL; on SQLite, where it cannot, every statement may be repeated and a process
 * that loses the race tries again.
 *
 * @throws SoundalikeError `DATABASE_TOO_NEW`
 */
export const migrate = async ({ db, kind, url }: OpenDatabase): Promise<void> => {
  const migrator = new Migrator({
    db,
    provider: {
      getMigrations: async () => ({
        '0001-first': first(kind),
        '0010-keys': keys(kind),
        '0020-signatures': signatures(kind),
        '0030-spaces': spaces(kind),
        '0031-space-transforms': spaceTransforms(kind),
        '0040-ingest': ingest(kind),
        '0050-monitoring': monitoring(kind),
        '0060-plain-letters': plainLetters,
        '0070-item-names': itemNames(kind),
        '0071-handed-over': handedOver(kind),
      }),
    },
    // Areas of the product add their tables in the order in which they land, not in that of their numbers.
    allowUnorderedMigrations: true,
  });
  for (let tries = 1; ; tries++) {
    const { error } = await migrator.migrateToLatest();
    if (!error) return;
    // Kysely's words where the database has a step that this version does not know.
    const unknown = /previously executed migration (\S+) is missing/.exec((error as Error).message)?.[1];
    if (unknown)
      throw new SoundalikeError(
        'DATABASE_TOO_NEW',
        `The database ${url} has tables of a newer version (${unknown})`,
        {
          fields: { step: unknown },
          cause: error,
        },
      );
    if (kind === 'postgres' || tries >= MAX_TRIES) throw error;
    await new Promise((resolve) => setTimeout(resolve, 50 * tries));
    const states = await migrator.getMigrations().catch(() => []);
    if (states.length > 0 && states.every(({ executedAt }) => executedAt)) return;
  }
};
