import { isSoundalikeError, type Logger, SoundalikeError } from '@soundalike/core';
import type { IndexProfile } from '../index-profile.ts';
import type { MilvusConnection } from './connection.ts';
import { LITE_INDEXES, METRIC, VECTOR_INDEXES } from './vector-indexes.ts';

const SETUP = { timeoutMs: 60_000, patienceMs: 60_000 };

/** Columns that filters and look-ups compare, by the index that servers before 2.4 have for them. */
const SCALARS: Readonly<Record<string, string>> = {
  track_id: 'Trie',
  artist: 'Trie',
  album: 'Trie',
  genre: 'Trie',
  year: 'STL_SORT',
  duration: 'STL_SORT',
};

/** Index types by column, as the server describes them. */
export type Indexes = ReadonlyMap<string, string>;

/**
 * Makes the vector index of the profile and the indexes of the filter columns where they are missing, and believes only what the server
 * describes afterwards.
 *
 * @throws SoundalikeError `STORE_REJECTED` where the server lacks every index of the profile, or the collection has another one
 */
export const ensureIndexes = async (options: {
  connection: MilvusConnection;
  collection: string;
  columns: readonly string[];
  key: string;
  profile: IndexProfile;
  logger: Logger;
}): Promise<Indexes> => {
  const { connection, collection, profile } = options;
  const before = await readIndexes(connection, collection);
  if (!before.has('vector')) await createVectorIndex(options);
  const built = (before.has('vector') ? before : await readIndexes(connection, collection)).get('vector');
  await refuseOther(connection, collection, profile, built);
  await ensureScalars(options, before);
  return new Map([...before, ['vector', built ?? 'none']]);
};

/** What the server describes; nothing for a collection without any index. */
export const readIndexes = async (connection: MilvusConnection, collection: string): Promise<Indexes> => {
  try {
    const answer = await connection.call(`describe the indexes of ${collection}`, (client, timeout) =>
      client.describeIndex({ collection_name: collection, timeout }),
    );
    return new Map(
      answer.index_descriptions.map(({ field_name, params }) => [
        field_name,
        String(params.find(({ key }) => key === 'index_type')?.value ?? 'none'),
      ]),
    );
  } catch (error) {
    if (
      isSoundalikeError(error) &&
      /no index|index not found|IndexNotExist/i.test(error.detail ?? error.message)
    )
      return new Map();
    throw error;
  }
};

const createVectorIndex = async ({
  connection,
  collection,
  profile,
  logger,
}: Parameters<typeof ensureIndexes>[0]): Promise<void> => {
  const candidates = VECTOR_INDEXES[profile];
  const refusals: string[] = [];
  for (const index of candidates) {
    if (profile !== 'default' && (await isPretended(connection, index.index_type))) {
      refusals.push(`${index.index_type}: Milvus Lite has no such index`);
      continue;
    }
    try {
      await connection.call(
        `index ${collection}`,
        (client, timeout) =>
          client.createIndex({
            collection_name: collection,
            field_name: 'vector',
            metric_type: METRIC,
            timeout,
            ...index,
          }),
        SETUP,
      );
      return;
    } catch (error) {
      // Only a server that says no is asked for the next one; what is away is waited for elsewhere.
      if (!isSoundalikeError(error) || error.code !== 'STORE_REJECTED') throw error;
      logger.debug({ collection, index: index.index_type, err: error }, 'the server lacks this index');
      refusals.push(`${index.index_type}: ${error.detail ?? error.message}`);
    }
  }
  throw new SoundalikeError(
    'STORE_REJECTED',
    `The Milvus at ${connection.url} has no index of INDEX_PROFILE=${profile} (${refusals.join('; ')}). Use another profile, or a newer Milvus`,
    { fields: { setting: 'INDEX_PROFILE', value: profile, collection } },
  );
};

const isPretended = async (connection: MilvusConnection, indexType: string): Promise<boolean> => {
  return LITE.test(await versionOf(connection)) && !LITE_INDEXES.has(indexType);
};

const refuseOther = async (
  connection: MilvusConnection,
  collection: string,
  profile: IndexProfile,
  built: string | undefined,
): Promise<void> => {
  const wanted = VECTOR_INDEXES[profile].map(({ index_type }) => index_type);
  if (
    built !== undefined &&
    wanted.includes(built) &&
    (profile === 'default' || !(await isPretended(connection, built)))
  )
    return;
  const owner = Object.entries(VECTOR_INDEXES).find(([, indexes]) =>
    indexes.some(({ index_type }) => index_type === built),
  )?.[0];
  throw new SoundalikeError(
    'STORE_REJECTED',
    `${collection} in ${connection.url} has the index ${built}, not ${wanted.join(' or ')} as INDEX_PROFILE=${profile} asks for.${
      owner === undefined ? '' : ` INDEX_PROFILE=${owner} goes on with it.`
    } To change it, release the collection and drop that index in Milvus; it is made anew.`,
    { fields: { setting: 'INDEX_PROFILE', value: profile, collection, index: built } },
  );
};

/** Without them filters read every row; a server that has none for a column still answers right, only slower. */
const ensureScalars = async (
  { connection, collection, columns, key, logger }: Parameters<typeof ensureIndexes>[0],
  before: Indexes,
): Promise<void> => {
  const arrays = columns.includes('tags') && !before.has('tags') && (await indexesArrays(connection));
  for (const [column, older] of [
    ...Object.entries(SCALARS),
    ...(arrays ? [['tags', 'INVERTED'] as const] : []),
  ]) {
    if (!columns.includes(column) || column === key || before.has(column)) continue;
    for (const indexType of ['INVERTED', older]) {
      try {
        await connection.call(
          `index ${column} of ${collection}`,
          (client, timeout) =>
            client.createIndex({
              collection_name: collection,
              field_name: column,
              index_name: column,
              index_type: indexType,
              timeout,
            }),
          SETUP,
        );
        break;
      } catch (error) {
        if (!isSoundalikeError(error) || error.code !== 'STORE_REJECTED') throw error;
        logger.debug(
          { collection, column, indexType, err: error },
          'the server has no such index for the column',
        );
      }
    }
  }
};

const LITE = /^milvus_lite/i;

/** The engine before 2.4 and Lite have no index for arrays; Lite says so with the code of a server that is not ready. */
const indexesArrays = async (connection: MilvusConnection): Promise<boolean> => {
  const version = await versionOf(connection);
  const [, major = 0, minor = 0] = /^v?(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  return !LITE.test(version) && (major > 2 || (major === 2 && minor >= 4));
};

/** Empty where the server does not say. */
const versionOf = async (connection: MilvusConnection): Promise<string> => {
  try {
    return (await connection.call('say its version', (client) => client.getVersion())).version;
  } catch (error) {
    if (isSoundalikeError(error) && error.code === 'STORE_REJECTED') return '';
    throw error;
  }
};
