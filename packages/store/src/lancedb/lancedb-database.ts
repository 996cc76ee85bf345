import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Connection, Table } from '@lancedb/lancedb';
import { type Logger, SoundalikeError } from '@soundalike/core';
import { createStore } from '../create-store.ts';
import { CLIPS, checkSpace, noSpace, spacesIn, TRACKS } from '../space-name.ts';
import type { VectorDatabase } from '../vector-store.ts';
import { clipSchema, trackSchema } from './arrow-rows.ts';
import { connectTidily } from './connect-tidily.ts';
import { guard } from './guard.ts';
import { createLanceTables } from './lancedb-tables.ts';
import { createWriteLease } from './write-lease.ts';

/**
 * LanceDB in a folder of this machine, any number of reading processes and one writing at a time (they take turns).
 * Opened read-only it creates nothing, not even the folder.
 */
export const openLanceDatabase = (
  url: string,
  options: { readOnly: boolean; logger: Logger },
): VectorDatabase => {
  const folder = folderOf(url);
  const { logger } = options;
  const lease = createWriteLease({ folder: join(folder, 'write-lease'), logger });
  let opened: ReturnType<typeof connectTidily> | undefined;

  const connected = async (): Promise<Connection> => {
    opened ??= guard(folder, () => connectTidily(folder)).catch((error) => {
      opened = undefined;
      throw error;
    });
    return (await opened).connection;
  };

  const tableNames = async (): Promise<string[]> =>
    existsSync(folder) ? guard(folder, async () => (await connected()).tableNames({ limit: 10_000 })) : [];

  const openTables = (space: string): Promise<[Table, Table]> =>
    guard(folder, async () => {
      const database = await connected();
      return Promise.all([database.openTable(CLIPS + space), database.openTable(TRACKS + space)]);
    });

  const createTables = (space: string) =>
    lease.hold(() =>
      guard(folder, async () => {
        const database = await connected();
        // The track table last: a space is there when both are.
        await database.createEmptyTable(CLIPS + space, clipSchema, { existOk: true });
        await database.createEmptyTable(TRACKS + space, trackSchema, { existOk: true });
      }),
    );

  return {
    kind: 'lancedb',
    url,
    openSpace: async (space, { create = false, readOnly = false } = {}) => {
      checkSpace(space);
      const onlyRead = readOnly || options.readOnly;
      const there = spacesIn(await tableNames()).includes(space);
      if (!there && (!create || onlyRead)) throw noSpace(space, url);
      if (!there) await createTables(space);
      const [clips, tracks] = await openTables(space);
      const tables = createLanceTables({ clips, tracks, folder, lease, logger });
      return createStore({ space, tables, readOnly: onlyRead });
    },
    listSpaces: async () => spacesIn(await tableNames()),
    dropSpace: async (space) => {
      checkSpace(space);
      if (options.readOnly) throw new SoundalikeError('STORE_REJECTED', `${url} was opened read-only`);
      await lease.hold(async () => {
        const names = await tableNames();
        const database = await connected();
        for (const name of [TRACKS + space, CLIPS + space])
          if (names.includes(name)) await guard(folder, () => database.dropTable(name));
      });
    },
    setLive: async () => undefined,
    aliasedSpace: async () => undefined,
    ping: async () => void (await tableNames()),
    close: async () => {
      await lease.idle();
      const open = await opened?.catch(() => undefined);
      opened = undefined;
      await open?.close();
    },
  };
};

const folderOf = (url: string): string => {
  const path = url.slice('lancedb:'.length).replace(/^\/\/(?=\/)/, '');
  if (path !== '' && !path.includes('://')) return resolve(path);
  throw new SoundalikeError(
    'CONFIG_INVALID',
    `VECTOR_STORE_URL must name a folder of this machine, as in lancedb:/data/vectors, got "${url}"`,
    { fields: { setting: 'VECTOR_STORE_URL' } },
  );
};
