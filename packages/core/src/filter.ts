/** The metadata that is copied onto every vector row, so that a search can filter. Empty text and 0 mean "not known". */
export interface FilterFields {
  readonly artist: string;
  readonly album: string;
  readonly genre: string;
  readonly tags: readonly string[];
  /** Four-digit year, 0 when not known. */
  readonly year: number;
  /** Seconds. */
  readonly duration: number;
}

/** Inclusive range; either end may be left open. An unknown value (0) is in no range. */
export interface Range {
  readonly from?: number;
  readonly to?: number;
}

/**
 * What a search is narrowed to; all parts must hold. Text is compared exactly (case-sensitive); a list means "any of".
 * Compiled by one escaping builder per store; `matchesFilter` is the reference.
 */
export interface Filter {
  readonly artist?: string | readonly string[];
  readonly album?: string | readonly string[];
  readonly genre?: string | readonly string[];
  readonly tags?: {
    readonly any?: readonly string[];
    readonly all?: readonly string[];
    readonly none?: readonly string[];
  };
  readonly year?: Range;
  readonly duration?: Range;
  readonly trackIds?: readonly string[];
  readonly excludeTrackIds?: readonly string[];
}

/** The reference meaning of a filter: whether a row with these fields passes. An empty list passes nothing; an empty `none` or `all` passes everything. */
export const matchesFilter = (
  filter: Filter | undefined,
  row: FilterFields & { trackId: string },
): boolean => {
  if (!filter) return true;
  const { tags } = filter;
  return (
    matchesText(filter.artist, row.artist) &&
    matchesText(filter.album, row.album) &&
    matchesText(filter.genre, row.genre) &&
    (tags?.any === undefined || tags.any.some((tag) => row.tags.includes(tag))) &&
    (tags?.all === undefined || tags.all.every((tag) => row.tags.includes(tag))) &&
    (tags?.none === undefined || !tags.none.some((tag) => row.tags.includes(tag))) &&
    matchesRange(filter.year, row.year) &&
    matchesRange(filter.duration, row.duration) &&
    (filter.trackIds === undefined || filter.trackIds.includes(row.trackId)) &&
    (filter.excludeTrackIds === undefined || !filter.excludeTrackIds.includes(row.trackId))
  );
};

const matchesText = (wanted: string | readonly string[] | undefined, value: string): boolean =>
  wanted === undefined || (typeof wanted === 'string' ? wanted === value : wanted.includes(value));

const matchesRange = (range: Range | undefined, value: number): boolean => {
  if (range === undefined || (range.from === undefined && range.to === undefined)) return true;
  return value !== 0 && value >= (range.from ?? -Infinity) && value <= (range.to ?? Infinity);
};
