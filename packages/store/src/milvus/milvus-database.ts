import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, SoundalikeError } from '@soundalike/core';
import type { FieldType } from '@zilliz/milvus2-sdk-node';
import { createStore } from '../create-store.ts';
import type { IndexProfile } from '../index-profile.ts';
import { CLIPS, checkSpace, noSpace, spacesIn, TRACKS } from '../space-name.ts';
import type { VectorDatabase } from '../vector-store.ts';
import { clipFields, trackFields } from './collections.ts';
import { connectMilvus, type MilvusConnection } from './connection.ts';
import { ensureIndexes } from './ensure-indexes.ts';
import { readLiveAlias, setLiveAlias } from './live-alias.ts';
import type { MilvusLimits } from './milvus-table.ts';
import { createMilvusTables } from './milvus-tables.ts';

const SETUP = { timeoutMs: 60_000, patienceMs: 60_000 };

/** How long a collection may take to load, ms: a large one is read from object storage. */
const LOAD_MS = 10 * 60_000;

/** Milvus 2.3 and later, or Milvus Lite: any number of processes read and write. Nothing is sent before it is needed. */
export const openMilvusDatabase = (
  url: string,
  options: { readOnly: boolean; logger: Logger; limits?: MilvusLimits; profile?: IndexProfile },
): VectorDatabase => {
  const { logger } = options;
  const connection = connectMilvus(url, logger);

  const collections = async (): Promise<string[]> =>
    (
      await connection.call('list collections', (client, timeout) => client.listCollections({ timeout }))
    ).data.map(({ name }) => name);

  return {
    kind: 'milvus',
    url: connection.url,
    openSpace: async (space, { create = false, readOnly = false } = {}) => {
      checkSpace(space);
      const onlyRead = readOnly || options.readOnly;
      const names = await collections();
      const there = spacesIn(names).includes(space);
      if (!there && (!create || onlyRead)) throw noSpace(space, connection.url);
      const [clips, tracks] = [CLIPS + space, TRACKS + space];
      if (!onlyRead) {
        // The track collection last: a space is there when both are.
        for (const [collection, fields] of [
          [clips, clipFields],
          [tracks, trackFields],
        ] as const) {
          if (!names.includes(collection)) await createCollection(connection, collection, fields);
          // Also where an earlier attempt died between the two.
          await ensureIndexes({
            connection,
            collection,
            logger,
            columns: fields.map(({ name }) => name),
            key: fields[0]?.name ?? '',
            profile: options.profile ?? 'default',
          });
        }
      }
      await Promise.all([load(connection, clips), load(connection, tracks)]);
      const tables = createMilvusTables({ connection, clips, tracks, logger, limits: options.limits });
      return createStore({ space, tables, readOnly: onlyRead });
    },
    listSpaces: async () => spacesIn(await collections()),
    dropSpace: async (space) => {
      checkSpace(space);
      if (options.readOnly)
        throw new SoundalikeError('STORE_REJECTED', `${connection.url} was opened read-only`);
      for (const name of [TRACKS + space, CLIPS + space])
        await connection.call(
          `drop ${name}`,
          (client, timeout) => client.dropCollection({ collection_name: name, timeout }),
          SETUP,
        );
    },
    setLive: async (space) => setLiveAlias(connection, space, await collections()),
    aliasedSpace: async () => readLiveAlias(connection, await collections()),
    ping: async () => {
      const [space] = spacesIn(await collections());
      if (space === undefined) return;
      await connection.call('answer', (client, timeout) =>
        client.getCollectionStatistics({ collection_name: TRACKS + space, timeout }),
      );
    },
    close: () => connection.close(),
  };
};

/** Makes the collection where it is missing. */
const createCollection = async (
  connection: MilvusConnection,
  name: string,
  fields: readonly FieldType[],
): Promise<void> => {
  await connection.call(
    `create ${name}`,
    (client, timeout) =>
      client.createCollection({
        collection_name: name,
        fields: [...fields],
        enable_dynamic_field: false,
        consistency_level: 'Bounded',
        timeout,
      }),
    SETUP,
  );
};

const load = async (connection: MilvusConnection, name: string): Promise<void> => {
  const isLoaded = async () =>
    (
      await connection.call('look whether it is loaded', (client, timeout) =>
        client.getLoadState({ collection_name: name, timeout }),
      )
    ).state === 'LoadStateLoaded';
  if (await isLoaded()) return;
  await connection.call(
    `load ${name}`,
    (client, timeout) => client.loadCollection({ collection_name: name, timeout }),
    SETUP,
  );
  for (const since = Date.now(); !(await isLoaded()); await sleep(100))
    if (Date.now() - since > LOAD_MS)
      throw new SoundalikeError(
        'STORE_UNAVAILABLE',
        `Milvus did not load ${name} in ${LOAD_MS / 60_000} minutes`,
      );
};
