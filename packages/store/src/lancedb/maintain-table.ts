import { Index, type Table } from '@lancedb/lancedb';
import type { Logger } from '@soundalike/core';

/** Rows above which an index pays: from here on it was measured three to ten times faster than reading all vectors. */
export const INDEX_ABOVE_ROWS = 5_000;

/** Rows of one partition, and how many partitions there may be. */
const PARTITION_ROWS = 1_000;
const PARTITIONS = { least: 16, most: 1_024 } as const;

/** Training effort: building over 300,000 clips takes 10 s, and twice the effort was not seen to find more. */
const TRAINING = { sampleRate: 64, maxIterations: 10 } as const;

/** Share of rows outside of the index from which it is trained anew rather than added to. */
const STALE_SHARE = 0.3;

/** Small fragments above which reads pay for the opening of files. */
const FRAGMENTS = 100;

/**
 * Versions younger than this are kept: a reader may be using them, longest for one call of a search, ms. Each read lists all that are kept:
 * with 900 of them an upsert costs a third more than with 150.
 */
const KEEP_VERSIONS_MS = 60_000;

/** What is said of a table whose vectors are all compared. */
const NO_INDEX = 'exact';

/**
 * Compacts the table, forgets old versions and brings the vector index up to date: IVF_RQ, one bit a dimension, whose
 * candidates are scored again with their full vectors; and a tree over the column that rows are looked up by. Unless it is to be `thorough`,
 * only where the table has fallen into many fragments. Only while holding the write lease.
 */
export const maintainTable = async (options: {
  table: Table;
  /** Column that rows are looked up by, where it is not the key that they are written by. */
  lookUpBy?: string | undefined;
  thorough: boolean;
  logger: Logger;
}): Promise<void> => {
  const { table, lookUpBy, thorough, logger } = options;
  const { fragmentStats, numRows } = await table.stats();
  if (!thorough && fragmentStats.numSmallFragments < FRAGMENTS) return;
  if (numRows > INDEX_ABOVE_ROWS && (await needsTraining(table))) {
    logger.debug({ table: table.name, rows: numRows }, 'building the vector index');
    const numPartitions = Math.min(
      Math.max(Math.round(numRows / PARTITION_ROWS), PARTITIONS.least),
      PARTITIONS.most,
    );
    const config = Index.ivfRq({ distanceType: 'cosine', numPartitions, ...TRAINING });
    await table.createIndex('vector', { config, replace: true });
  }
  if (numRows > INDEX_ABOVE_ROWS && lookUpBy !== undefined && !(await indexOf(table, lookUpBy)))
    await table.createIndex(lookUpBy, { config: Index.btree() });
  await table.optimize({ cleanupOlderThan: new Date(Date.now() - KEEP_VERSIONS_MS) });
};

/** Type of the vector index as LanceDB names it in its documentation (IVF_RQ), `exact` without one. */
export const describeVectorIndex = async (table: Table): Promise<string> =>
  (await vectorIndex(table))?.indexType.replace(/(?<=[a-z])(?=[A-Z])/, '_').toUpperCase() ?? NO_INDEX;

const needsTraining = async (table: Table): Promise<boolean> => {
  const index = await vectorIndex(table);
  const statistics = index && (await table.indexStats(index.name));
  return !statistics || statistics.numUnindexedRows > STALE_SHARE * statistics.numIndexedRows;
};

const vectorIndex = (table: Table) => indexOf(table, 'vector');

const indexOf = async (table: Table, column: string) =>
  (await table.listIndices()).find(({ columns }) => columns.includes(column));
