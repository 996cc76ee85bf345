import { CLIPS, spacesIn, TRACKS } from '../space-name.ts';
import type { MilvusConnection } from './connection.ts';

/** Names under which other programs may read the live space's collections. */
const CLIPS_ALIAS = 'soundalike_clips';
const TRACKS_ALIAS = 'soundalike_tracks';

/** Points both aliases to a space, the clips' last: whoever finds its clips finds its tracks. */
export const setLiveAlias = async (
  connection: MilvusConnection,
  space: string,
  collections: readonly string[],
): Promise<void> => {
  const aliases = await readAliases(connection, collections);
  for (const [alias, collection] of [
    [TRACKS_ALIAS, TRACKS + space],
    [CLIPS_ALIAS, CLIPS + space],
  ] as const) {
    if (aliases.get(alias) === collection) continue;
    const request = { alias, collection_name: collection };
    await connection.call(`point the alias ${alias} to ${collection}`, (client, timeout) =>
      aliases.has(alias)
        ? client.alterAlias({ ...request, timeout })
        : client.createAlias({ ...request, timeout }),
    );
  }
};

/** The space that the aliases lead to; undefined where they are missing or lead to different ones. */
export const readLiveAlias = async (
  connection: MilvusConnection,
  collections: readonly string[],
): Promise<string | undefined> => {
  const aliases = await readAliases(connection, collections);
  const space = aliases.get(CLIPS_ALIAS)?.slice(CLIPS.length);
  return space !== undefined && aliases.get(TRACKS_ALIAS) === TRACKS + space ? space : undefined;
};

/** Collections by alias. Asked of each collection: the SDK cannot describe an alias, and servers name what one leads to differently. */
const readAliases = async (connection: MilvusConnection, collections: readonly string[]) => {
  const aliases = new Map<string, string>();
  for (const space of spacesIn(collections))
    for (const collection of [CLIPS + space, TRACKS + space]) {
      const answer = await connection.call(`list the aliases of ${collection}`, (client, timeout) =>
        client.listAliases({ collection_name: collection, timeout }),
      );
      for (const alias of answer.aliases) aliases.set(alias, collection);
    }
  return aliases;
};
