import type { Logger } from '@soundalike/core';
import type { ConsistencyLevelEnum, FieldType } from '@zilliz/milvus2-sdk-node';
import type { TableSearch } from '../space-tables.ts';
import type { Consistency } from '../vector-store.ts';
import type { MilvusRow } from './collections.ts';
import { compileFilter, isOneOf, quote } from './compile-filter.ts';
import type { CallLimits, MilvusConnection } from './connection.ts';
import { fillShortResults } from './fill-short-results.ts';
import { queryRows } from './query-rows.ts';
import { scanRange } from './scan-range.ts';
import { createUpkeep } from './table-upkeep.ts';
import { upsertColumns } from './upsert-columns.ts';
import { METRIC, searchParameters } from './vector-indexes.ts';

/** Most rows Milvus gives in one answer. */
const MOST_ROWS = 16_384;

/** How long reads and writes may take and go on. Patience is longer than one request, so that one which hangs is sent again. */
export const LIMITS: MilvusLimits = {
  writers: 2,
  write: { timeoutMs: 20_000, patienceMs: 60_000 },
  read: { timeoutMs: 15_000, patienceMs: 20_000 },
};

export interface MilvusLimits {
  /** Batches under way at once: most of a write is waiting for the server's clock. More are measured in docs/bench-write.md. */
  readonly writers: number;
  readonly write: Required<CallLimits>;
  readonly read: Required<CallLimits>;
}

/** By name: the SDK's own constant for Strong is 0, which its search takes for "not given" and replaces by the collection's level. */
const LEVEL = { strong: 'Strong', bounded: 'Bounded' } as unknown as Record<
  Consistency,
  ConsistencyLevelEnum
>;

export type MilvusTable = ReturnType<typeof createMilvusTable>;

/** One collection: rows in and out, every answer checked. */
export const createMilvusTable = (options: {
  connection: MilvusConnection;
  collection: string;
  key: string;
  fields: readonly FieldType[];
  logger: Logger;
  limits?: MilvusLimits | undefined;
}) => {
  const { connection, collection, key, fields, logger, limits = LIMITS } = options;

  const query = async (request: {
    where: string;
    columns: readonly string[];
    consistency: Consistency;
    limit?: number;
  }): Promise<MilvusRow[]> => {
    const answer = await connection.call(
      `read ${collection}`,
      (client, timeout) =>
        queryRows(client, {
          ...request,
          limit: request.limit ?? MOST_ROWS,
          consistency: LEVEL[request.consistency],
          collection,
          timeout,
        }),
      limits.read,
    );
    return answer.data;
  };

  const count = async (where: string, consistency: Consistency = 'strong'): Promise<number> => {
    const answer = await connection.call(
      `count ${collection}`,
      (client, timeout) =>
        queryRows(client, {
          collection,
          where,
          columns: ['count(*)'],
          consistency: LEVEL[consistency],
          timeout,
        }),
      {
        ...limits.read,
        lacks: ({ data }) =>
          Number.isInteger(Number(data[0]?.['count(*)'] ?? Number.NaN)) ? undefined : 'it gave no count',
      },
    );
    return Number(answer.data[0]?.['count(*)']);
  };

  const range = (after: string, upTo: string | undefined) =>
    `${key} > ${quote(after)}${upTo === undefined ? '' : ` and ${key} <= ${quote(upTo)}`}`;

  const upkeep = createUpkeep({ connection, collection, logger, limits: limits.read });

  let builtType: Promise<string> | undefined;
  /** What is really there decides how it is searched, not what this process would build. */
  const indexType = (): Promise<string> => {
    builtType ??= upkeep.describeIndex().catch((error) => {
      builtType = undefined;
      throw error;
    });
    return builtType;
  };

  return {
    key,
    collection,
    query,
    count,
    range,

    /** All rows that match, also where they are more than fit into one answer. */
    all: async (
      where: string,
      columns: readonly string[],
      consistency: Consistency,
      window = MOST_ROWS,
    ): Promise<MilvusRow[]> => {
      const within = (low: string, high: string | undefined) =>
        low === '' && high === undefined ? where : `(${where}) and ${range(low, high)}`;
      return scanRange<MilvusRow>(
        {
          keyOf: (row) => row[key] as string,
          read: (low, high, limit) => query({ where: within(low, high), columns, consistency, limit }),
          count: (low, high) => count(within(low, high)),
        },
        { after: '', limit: Infinity, window },
      );
    },

    upsert: async (rows: readonly MilvusRow[]): Promise<void> => {
      await connection.call(
        `write ${rows.length} rows to ${collection}`,
        (client, timeout) => upsertColumns(client, { collection, fields, rows, timeout }),
        {
          ...limits.write,
          lacks: ({ upsert_cnt, insert_cnt, err_index }) => {
            // Counts are strings; the engine and Lite fill different ones for an upsert.
            const written = Math.max(Number(upsert_cnt), Number(insert_cnt));
            if (written === rows.length && err_index.length === 0) return undefined;
            return `it took ${written} of ${rows.length} rows, ${err_index.length} with errors`;
          },
        },
      );
    },

    remove: async (keys: readonly string[]): Promise<void> => {
      if (keys.length === 0) return;
      await connection.call(
        `remove rows from ${collection}`,
        (client, timeout) =>
          client.delete({ collection_name: collection, filter: isOneOf(key, keys), timeout }),
        limits.write,
      );
    },

    /** Hits of each vector with the columns and `score`. Lite leaves the primary key out unless it alone is asked for. */
    search: async (search: TableSearch, columns: readonly string[]): Promise<MilvusRow[][]> => {
      const { vectors, k, consistency } = search;
      const where = compileFilter(search.conditions);
      const params = searchParameters(await indexType(), k);
      const answer = await connection.call(
        `search ${collection}`,
        (client, timeout) =>
          client.search({
            collection_name: collection,
            data: vectors.map((vector) => Array.from(vector)),
            anns_field: 'vector',
            metric_type: METRIC,
            params,
            limit: k,
            filter: where,
            output_fields: [...columns],
            consistency_level: LEVEL[consistency],
            timeout,
          }),
        {
          ...limits.read,
          lacks: ({ results }) =>
            vectors.length === 1 || results.length === 0 || results.length === vectors.length
              ? undefined
              : `it answered ${results.length} of ${vectors.length} vectors`,
        },
      );
      // One vector gives a list of hits, several a list of lists, none of them any hit an empty list.
      const results = answer.results as unknown as MilvusRow[] | MilvusRow[][];
      const lists = vectors.length === 1 ? [results as MilvusRow[]] : (results as MilvusRow[][]);
      return fillShortResults({
        search,
        key,
        hits: results.length === 0 ? vectors.map(() => []) : lists,
        countMatches: () => count(where, consistency),
        fetchMatches: () => query({ where, columns: [...new Set([key, ...columns, 'vector'])], consistency }),
      });
    },

    ...upkeep,
  };
};
