import type { FilterFields } from './filter.ts';

/** What is known about a track besides its sound. `null` means not known. */
export interface TrackMetadata {
  readonly title: string | null;
  readonly artist: string | null;
  readonly album: string | null;
  readonly genre: string | null;
  readonly tags: readonly string[];
  readonly year: number | null;
  /** Everything else a manifest or a tag said, by column name. */
  readonly attributes: Readonly<Record<string, string | number | boolean | null>>;
}

export const EMPTY_METADATA: TrackMetadata = Object.freeze({
  title: null,
  artist: null,
  album: null,
  genre: null,
  tags: [],
  year: null,
  attributes: {},
});

/** Fills what `metadata` leaves open (null, no tags) from `fallback`; attributes are merged, `metadata` wins. */
export const fillMetadata = (
  metadata: Partial<TrackMetadata>,
  fallback: Partial<TrackMetadata>,
): TrackMetadata => ({
  title: metadata.title ?? fallback.title ?? null,
  artist: metadata.artist ?? fallback.artist ?? null,
  album: metadata.album ?? fallback.album ?? null,
  genre: metadata.genre ?? fallback.genre ?? null,
  tags: metadata.tags?.length ? metadata.tags : (fallback.tags ?? []),
  year: metadata.year ?? fallback.year ?? null,
  attributes: { ...fallback.attributes, ...metadata.attributes },
});

/** The part of a track's metadata that the vector store copies. `duration` in seconds. */
export const filterFieldsOf = (metadata: TrackMetadata, duration: number): FilterFields => ({
  artist: metadata.artist ?? '',
  album: metadata.album ?? '',
  genre: metadata.genre ?? '',
  tags: [...new Set(metadata.tags)],
  year: metadata.year ?? 0,
  duration,
});
