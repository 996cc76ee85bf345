import { isSoundalikeError } from '@soundalike/core';
import { CLIPS, TRACKS } from '../space-name.ts';
import type { MilvusConnection } from './connection.ts';

/** Names under which other programs may read the live space's collections. */
export const CLIPS_ALIAS = 'soundalike_clips';
export const TRACKS_ALIAS = 'soundalike_tracks';

/** Points both aliases to a space, the clips' last: whoever finds its clips finds its tracks. */
export const setLiveAlias = async (connection: MilvusConnection, space: string): Promise<void> => {
  await point(connection, TRACKS_ALIAS, TRACKS + space);
  await point(connection, CLIPS_ALIAS, CLIPS + space);
};

/** The space that the aliases lead to; undefined where they are missing or lead to different ones. */
export const readLiveAlias = async (connection: MilvusConnection): Promise<string | undefined> => {
  const [clips, tracks] = [
    await collectionOf(connection, CLIPS_ALIAS),
    await collectionOf(connection, TRACKS_ALIAS),
  ];
  const space = clips?.slice(CLIPS.length);
  return space !== undefined && tracks === TRACKS + space ? space : undefined;
};

const point = async (connection: MilvusConnection, alias: string, collection: string): Promise<void> => {
  const current = await collectionOf(connection, alias);
  if (current === collection) return;
  const request = { alias, collection_name: collection };
  await connection.call(`point the alias ${alias} to ${collection}`, (client, timeout) =>
    current === undefined
      ? client.createAlias({ ...request, timeout })
      : client.alterAlias({ ...request, timeout }),
  );
};

/** A collection can be described by its alias; the answer has its real name. */
const collectionOf = async (connection: MilvusConnection, alias: string): Promise<string | undefined> => {
  try {
    const answer = await connection.call(`look up the alias ${alias}`, (client, timeout) =>
      client.describeCollection({ collection_name: alias, timeout }),
    );
    return answer.collection_name || answer.schema.name;
  } catch (error) {
    // Servers word it each in their own way; that the server is away is another code.
    if (isSoundalikeError(error) && error.code === 'STORE_REJECTED') return undefined;
    throw error;
  }
};
