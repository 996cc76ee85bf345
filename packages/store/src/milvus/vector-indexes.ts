import type { IndexProfile } from '../index-profile.ts';

/** A vector index as the server is asked for it. */
export interface VectorIndex {
  readonly index_type: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
}

/** Clips compare by cosine in every profile. */
export const METRIC = 'COSINE';

const HNSW_PARAMS = { M: 16, efConstruction: 200 } as const;

/** Lists of an IVF index a segment: about four times the root of the 260,000 rows that a segment of 512 MB holds. */
const LISTS = 2_048;

/**
 * What each profile builds, the best that a server has first. Named explicitly: a server left to choose picks what it likes. Sources: Milvus'
 * index documentation; which of these were run here, and what they cost, is in docs/indexes.md.
 */
export const VECTOR_INDEXES: Readonly<Record<IndexProfile, readonly VectorIndex[]>> = {
  default: [{ index_type: 'HNSW', params: HNSW_PARAMS }],
  compact: [
    { index_type: 'HNSW_SQ', params: { ...HNSW_PARAMS, sq_type: 'SQ8' } },
    { index_type: 'IVF_SQ8', params: { nlist: LISTS } },
  ],
  billion: [{ index_type: 'IVF_RABITQ', params: { nlist: LISTS, refine: true, refine_type: 'SQ8' } }],
  disk: [{ index_type: 'DISKANN', params: {} }],
};

/** How many nodes a graph visits at least; 2 k where more is asked for. */
const SEARCH_WIDTH = 128;

/** Lists looked into by the interim index (IVF of 128 lists) of sealed rows whose HNSW is still being built: all. */
const INTERIM_PROBES = 128;

/** Lists of an IVF index that are looked into: a sixteenth. */
const PROBES = 128;

/** Candidates of one-bit codes that are scored again with the 8-bit ones, for each result. */
const REFINE_FACTOR = 4;

/** How thoroughly an index of a type is searched for k rows. */
export const searchParameters = (indexType: string, k: number): Record<string, number> => {
  const width = Math.max(SEARCH_WIDTH, 2 * k);
  switch (indexType) {
    case 'IVF_SQ8':
      return { nprobe: PROBES };
    case 'IVF_RABITQ':
      return { nprobe: PROBES, refine_k: REFINE_FACTOR };
    case 'DISKANN':
      return { search_list: width };
    default:
      return { ef: width, nprobe: INTERIM_PROBES };
  }
};

/** What Milvus Lite 3.2 really has; it answers Success to every other type, too, describes it as asked for, and compares everything. */
export const LITE_INDEXES: ReadonlySet<string> = new Set(['HNSW', 'HNSW_SQ', 'IVF_SQ8', 'IVF_FLAT']);
