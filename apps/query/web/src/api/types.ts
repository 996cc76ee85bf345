import type { CatalogueMap, Facets, SearchRequest, TrackDocument } from '@soundalike/query/api-types';

// The types of the API's schemas, with the parts of them that the page names. Times are seconds.
export type {
  CatalogueMap,
  Facets,
  Match,
  SearchAnswer,
  SearchRequest,
  SearchResult,
  Stats,
  TrackPage,
  Verdict,
  Waveform,
} from '@soundalike/query/api-types';

export type Track = Omit<TrackDocument, 'attributes'>;
export type SeedRequest = SearchRequest['seeds'][number];
export type FilterRequest = NonNullable<SearchRequest['filter']>;
export type FacetValue = Facets['genres'][number];
export type MapPoint = CatalogueMap['points'][number];

/** Why copies belong together: the same audio to the bit, or the same recording by signature. */
export type Evidence = 'same-content' | 'same-recording';

export interface Copy {
  readonly trackId: string;
  readonly externalId: string | null;
  /** `root/path` or the link. */
  readonly location: string;
  readonly title: string | null;
  readonly artist: string | null;
  readonly album: string | null;
  readonly genre: string | null;
  readonly tags: readonly string[];
  readonly year: number | null;
}

export interface Duplicates {
  readonly evidence: Evidence;
  readonly copies: readonly Copy[];
  /** Share of differing bits of the signatures, 0..1; null for the same content. */
  readonly errorRate: number | null;
  /** Time in the second copy = time in the first + this. */
  readonly offsetSeconds: number | null;
}

export interface DuplicatesPage {
  readonly duplicates: readonly Duplicates[];
  readonly nextCursor: string | null;
}

/** RFC 9457, with the code of the error table. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
}
