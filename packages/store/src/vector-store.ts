import type { Filter, FilterFields } from '@soundalike/core';

/** Vectors of every space: CLMR's encoder output. */
export const DIMENSION = 512;

/** One clip of a track: a unit vector of the embedding space, its start, and the length it had before normalising. */
export interface ClipRow {
  readonly startMs: number;
  /** Norm of the transformed vector before it was normalised; keeps the raw vector recoverable. */
  readonly scale: number;
  /** `DIMENSION` floats, norm 1. */
  readonly vector: Float32Array;
}

/** One track: what a search answers with. */
export interface TrackRow {
  readonly trackId: string;
  /** First 8 characters of the content id: the revision that the track's current clips carry. */
  readonly content8: string;
  readonly clipCount: number;
  readonly fields: FilterFields;
  /** Normalised mean of the clip vectors. */
  readonly vector: Float32Array;
}

export interface ClipHit {
  readonly trackId: string;
  readonly content8: string;
  readonly startMs: number;
  /** Cosine similarity, -1..1. */
  readonly score: number;
}

export interface TrackHit {
  readonly trackId: string;
  readonly content8: string;
  readonly clipCount: number;
  /** Cosine similarity, -1..1. */
  readonly score: number;
}

/** A revision of a track, as the database knows it. */
export interface Revision {
  readonly trackId: string;
  readonly content8: string;
  /** About how many clips it has: what requests are sized by. */
  readonly clipCount: number;
}

export interface TrackClips {
  readonly trackId: string;
  readonly content8: string;
  /** Ordered by `startMs`. */
  readonly clips: readonly ClipRow[];
}

/** How fresh a read must be: `strong` sees every acknowledged write of any process, `bounded` may lag a little. */
export type Consistency = 'bounded' | 'strong';

export interface SearchOptions {
  /** Unit vectors, one result list each. */
  readonly vectors: readonly Float32Array[];
  /** Results a vector, 1..1000. */
  readonly k: number;
  readonly filter?: Filter | undefined;
  readonly consistency?: Consistency | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The vectors of one embedding space. All writes are upserts of deterministic ids, so repeating one changes nothing.
 * Implementations throw `STORE_UNAVAILABLE` when the server is away and `STORE_REJECTED` when it refuses.
 */
export interface VectorStore {
  readonly space: string;

  /**
   * Writes a track: its clips first, the track row last, then sweeps clip rows of other revisions (other `content8`)
   * and clips beyond these. A reader sees the old track or the new one, never a mixture once it drops clip rows whose
   * `content8` is not the track row's.
   */
  upsertTrack(track: TrackRow, clips: readonly ClipRow[], options?: WriteOptions): Promise<void>;

  /** Rewrites the filter fields of a track's rows from the stored vectors. False where the track is not there. */
  updateFields(trackId: string, fields: FilterFields, options?: WriteOptions): Promise<boolean>;

  /** Removes tracks and all their clips; unknown ids are ignored. The track row goes first. */
  removeTracks(trackIds: readonly string[], options?: WriteOptions): Promise<void>;

  /** For each vector the `k` nearest clips, best first. May include rows of a revision that is being swept: compare `content8`. */
  searchClips(options: SearchOptions): Promise<ClipHit[][]>;

  /** For each vector the `k` nearest tracks by their mean vector, best first. */
  searchTracks(options: SearchOptions): Promise<TrackHit[][]>;

  /** Track rows by id, unknown ids left out. One round trip for up to 1,000 ids. */
  getTracks(
    trackIds: readonly string[],
    options?: { consistency?: Consistency },
  ): Promise<Map<string, TrackRow>>;

  /** All clips of the tracks' current revision; tracks not there are left out. One or few round trips, not one a track. */
  clipsOf(
    trackIds: readonly string[],
    options?: { consistency?: Consistency },
  ): Promise<Map<string, TrackClips>>;

  /** The same for revisions that the caller knows, without asking the index for them first: a round trip less. Revisions not there are left out. */
  clipsOfRevisions(
    revisions: readonly Revision[],
    options?: { consistency?: Consistency },
  ): Promise<Map<string, TrackClips>>;

  /** The keys of all clip rows of these tracks, of any revision; always strong. */
  clipKeysOf(trackIds: readonly string[]): Promise<{ trackId: string; content8: string; startMs: number }[]>;

  /** Exact row counts. */
  counts(): Promise<{ tracks: number; clips: number }>;

  /** Track rows ordered by id, after `after`, at most `limit`: pages for verification in bounded memory. */
  scanTracks(options: { after?: string | undefined; limit: number }): Promise<TrackRow[]>;

  /** The (trackId, content8, startMs) keys of clip rows, ordered by clip id, after the clip id `after`, at most `limit`. */
  scanClipKeys(options: {
    after?: string | undefined;
    limit: number;
  }): Promise<{ trackId: string; content8: string; startMs: number }[]>;

  /** After a bulk load: makes everything durable and searchable fast (flush, compaction, index as size demands). */
  optimize(options?: WriteOptions): Promise<void>;

  /**
   * Resolves when searches go through the finished index, for those who judge it: after `optimize` Milvus searches on for some twenty seconds in
   * the interim index of its growing data, which looks into a part.
   */
  settled(options?: WriteOptions): Promise<void>;

  /** What index serves clip searches, as the backend itself says ('exact', 'IVF_PQ', 'HNSW', …). */
  describeIndex(): Promise<{ clips: string; tracks: string }>;
}

/** A vector database that holds any number of spaces. */
export interface VectorDatabase {
  readonly kind: 'memory' | 'lancedb' | 'milvus';
  /** The URL without its password. */
  readonly url: string;
  /** Opens a space; with `create`, makes its collections where they are missing. Without, a missing space is `INDEX_EMPTY`. */
  openSpace(space: string, options?: { create?: boolean; readOnly?: boolean }): Promise<VectorStore>;
  listSpaces(): Promise<string[]>;
  dropSpace(space: string): Promise<void>;
  /** Lets the names that readers outside of Soundalike use (Milvus' aliases) follow the live space; nothing where a backend has none. */
  setLive(space: string): Promise<void>;
  /** The space those names lead to; undefined where there are none. */
  aliasedSpace(): Promise<string | undefined>;
  /** A data-plane round trip; throws `STORE_UNAVAILABLE`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
