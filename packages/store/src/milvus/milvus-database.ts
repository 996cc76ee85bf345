import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, SoundalikeError } from '@soundalike/core';
import type { FieldType } from '@zilliz/milvus2-sdk-node';
import { createStore } from '../create-store.ts';
import { CLIPS, checkSpace, noSpace, spacesIn, TRACKS } from '../space-name.ts';
import type { VectorDatabase } from '../vector-store.ts';
import { clipFields, INDEX, trackFields } from './collections.ts';
import { connectMilvus, type MilvusConnection } from './connection.ts';
import { readLiveAlias, setLiveAlias } from './live-alias.ts';
import type { MilvusLimits } from './milvus-table.ts';
import { createMilvusTables } from './milvus-tables.ts';

const SETUP = { timeoutMs: 60_000, patienceMs: 60_000 };

/** How long a collection may take to load, ms: a large one is read from object storage. */
const LOAD_MS = 10 * 60_000;

/** Milvus 2.3 and later, or Milvus Lite: any number of processes read and write. Nothing is sent before it is needed. */
export const openMilvusDatabase = (
  url: string,
  options: { readOnly: boolean; logger: Logger; limits?: MilvusLimits },
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
        await ensureCollection(connection, clips, clipFields, names.includes(clips));
        await ensureCollection(connection, tracks, trackFields, names.includes(tracks));
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

/** Makes the collection and its index where they are missing, also where an earlier attempt died between the two. */
const ensureCollection = async (
  connection: MilvusConnection,
  name: string,
  fields: readonly FieldType[],
  there: boolean,
): Promise<void> => {
  if (!there)
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
  if ((await indexType(connection, name)) === undefined)
    await connection.call(
      `index ${name}`,
      (client, timeout) =>
        client.createIndex({ collection_name: name, field_name: 'vector', ...INDEX, timeout }),
      SETUP,
    );
  const built = await indexType(connection, name);
  if (built !== INDEX.index_type)
    throw new SoundalikeError(
      'STORE_REJECTED',
      `${name} in ${connection.url} has the index ${built}, not ${INDEX.index_type}. Drop that index in Milvus; it is made anew.`,
      { fields: { collection: name, index: built } },
    );
};

/** Type of the vector index as the server says it; undefined without one. */
const indexType = async (connection: MilvusConnection, name: string): Promise<string | undefined> => {
  try {
    const answer = await connection.call('describe the index', (client, timeout) =>
      client.describeIndex({ collection_name: name, field_name: 'vector', timeout }),
    );
    const parameters = answer.index_descriptions[0]?.params ?? [];
    return parameters.find(({ key }) => key === 'index_type')?.value?.toString();
  } catch (error) {
    if (
      error instanceof SoundalikeError &&
      /no index|index not found|IndexNotExist/i.test(error.detail ?? '')
    )
      return undefined;
    throw error;
  }
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
