import { setTimeout as sleep } from 'node:timers/promises';
import { isSoundalikeError, type Logger, SoundalikeError } from '@soundalike/core';
import type { CallLimits, MilvusConnection } from './connection.ts';

/** An index that does not grow for so long is given up waiting for, ms. */
const STALLED_MS = 10 * 60_000;

/** The engine 2.3.5 never counts the rows of a DISKANN index of a small segment, although it is finished. */
const DISK_STALLED_MS = 10_000;

/** Milvus builds no index for a segment of fewer rows (`indexCoord.segment.minSegmentNumRowsToEnableIndex`). */
const LEAST_INDEXED_ROWS = 1_024;

/** How long a flush may take, ms: segments travel to object storage. */
const FLUSH_MS = 10 * 60_000;

/** What is done to a collection beside reading and writing: made durable, its index waited for and described. */
export const createUpkeep = (options: {
  connection: MilvusConnection;
  collection: string;
  logger: Logger;
  limits: Required<CallLimits>;
}) => {
  const { connection, collection, logger, limits } = options;

  const indexState = async () => {
    const answer = await connection.call(
      `describe the index of ${collection}`,
      (client, timeout) =>
        client.describeIndex({ collection_name: collection, field_name: 'vector', timeout }),
      limits,
    );
    // The engine describes the indexes of all columns, whichever is asked for.
    return answer.index_descriptions.find(({ field_name }) => field_name === 'vector');
  };

  let stalledSince: { indexed: number; at: number } | undefined;

  return {
    /** Makes what was written durable in sealed segments, which are what gets an index. */
    flush: async (signal?: AbortSignal): Promise<void> => {
      const flushed = await connection.call(
        `flush ${collection}`,
        (client, timeout) => client.flush({ collection_names: [collection], timeout }),
        { timeoutMs: 120_000, patienceMs: 120_000 },
      );
      // The SDK's own waiting never ends where the answer is an error.
      const segmentIDs = flushed.coll_segIDs[collection]?.data ?? [];
      if (segmentIDs.length === 0) return;
      const isFlushed = async () =>
        (
          await connection.call(
            `look whether ${collection} is flushed`,
            (client, timeout) => client.getFlushState({ segmentIDs, timeout }),
            limits,
          )
        ).flushed;
      for (const since = Date.now(); !(await isFlushed()); await sleep(100, undefined, { signal }))
        if (Date.now() - since > FLUSH_MS)
          throw new SoundalikeError(
            'STORE_UNAVAILABLE',
            `Milvus did not flush ${collection} in ${FLUSH_MS / 60_000} minutes`,
          );
    },

    /** Whether the index covers all sealed rows. The state says "Finished" also before the first of them is indexed. */
    isIndexed: async (): Promise<boolean> => {
      const state = await indexState();
      const indexed = Number(state?.indexed_rows);
      if (
        state?.state === 'Finished' &&
        Number(state.pending_index_rows) === 0 &&
        indexed >= Number(state.total_rows)
      )
        return true;
      if (state?.state === 'Failed')
        throw new SoundalikeError(
          'STORE_REJECTED',
          `Milvus could not index ${collection}: ${state.index_state_fail_reason}`,
        );
      if (stalledSince?.indexed !== indexed) stalledSince = { indexed, at: Date.now() };
      if (Date.now() - stalledSince.at < (typeOf(state) === 'DISKANN' ? DISK_STALLED_MS : STALLED_MS))
        return false;
      logger.warn({ collection, indexed, total: state?.total_rows }, 'the index has not grown for long');
      return true;
    },

    /**
     * Whether query nodes search what is sealed, with its index: until they have loaded it they go on with what they have. Small segments get none
     * and are compared.
     */
    isServed: async (): Promise<boolean> => {
      const segments = await connection
        .call(
          `look how ${collection} is searched`,
          (client, timeout) => client.getQuerySegmentInfo({ collectionName: collection, timeout }),
          limits,
        )
        .catch((error) => {
          // Milvus Lite does not know the request, and has nothing to load.
          if (isSoundalikeError(error) && error.code === 'STORE_REJECTED') return undefined;
          throw error;
        });
      if (segments === undefined) return true;
      const ready = segments.infos.filter(
        ({ state: kind, index_name, num_rows }) =>
          `${kind}` === 'Sealed' && (index_name !== '' || Number(num_rows) < LEAST_INDEXED_ROWS),
      );
      const rows = ready.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
      return rows >= Number((await indexState())?.total_rows ?? 0);
    },

    /** The index type as the server says it was built. */
    describeIndex: async (): Promise<string> => {
      return typeOf(await indexState());
    },
  };
};

const typeOf = (state: { params: readonly { key: string; value?: unknown }[] } | undefined): string =>
  state?.params.find(({ key }) => key === 'index_type')?.value?.toString() ?? 'none';
