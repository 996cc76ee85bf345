/** What the HTTP API takes and answers, as far as the page uses it. Times are seconds. */
export type Verdict = 'same-recording' | 'sounds-like' | 'nothing-close';

export interface Match {
  readonly queryFrom: number;
  readonly queryTo: number;
  readonly trackFrom: number;
  readonly trackTo: number;
  /** 0..1. */
  readonly score: number;
}

export interface Track {
  readonly trackId: string;
  readonly externalId: string | null;
  readonly title: string | null;
  readonly artist: string | null;
  readonly album: string | null;
  readonly genre: string | null;
  readonly tags: readonly string[];
  readonly year: number | null;
  readonly durationSeconds: number;
  readonly location: { readonly root: string | null; readonly path: string };
}

export interface SearchResult extends Track {
  /** 0..1, calibrated. */
  readonly score: number;
  readonly verdict: Verdict;
  readonly similarity: number;
  readonly matches: readonly Match[];
  /** How alike each window of the query is to this track's best window, 0..1. */
  readonly strip?: readonly number[] | undefined;
}

export interface Waveform {
  readonly durationSeconds: number;
  /** Loudest sample of each stretch, 0..1. */
  readonly peaks: readonly number[];
}

export interface SearchAnswer {
  readonly verdict: Verdict;
  readonly space: string;
  readonly model: { readonly name: string; readonly trained: boolean };
  /** One a seed, in the order of the request; null where a seed has no audio at hand. */
  readonly query?: readonly (Waveform | null)[] | undefined;
  readonly results: readonly SearchResult[];
}

export interface SeedRequest {
  url?: string;
  trackId?: string;
  upload?: string;
  from?: number;
  to?: number;
  weight?: number;
}

export interface FilterRequest {
  artist?: string[];
  album?: string[];
  genre?: string[];
  tags?: { any?: string[]; all?: string[]; none?: string[] };
  year?: { from?: number; to?: number };
}

export interface SearchRequest {
  seeds: SeedRequest[];
  filter?: FilterRequest;
  limit?: number;
  artistCap?: number;
  excludeSeedArtist?: boolean;
  mode?: 'sounds-like' | 'same-recording' | 'both';
  explain?: boolean;
  belowFloor?: boolean;
}

export interface TrackPage {
  readonly tracks: readonly Track[];
  readonly nextCursor: string | null;
  readonly total?: number | undefined;
}

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

export interface Facets {
  readonly artists: readonly FacetValue[];
  readonly genres: readonly FacetValue[];
  readonly tags: readonly FacetValue[];
  readonly years: { readonly from: number | null; readonly to: number | null };
}

export interface Stats {
  readonly tracks: number;
  readonly clips: number;
  readonly audioSeconds: number;
  readonly space: string | null;
  readonly model: { readonly name: string; readonly trained: boolean; readonly quality?: unknown } | null;
  readonly catalogue: string;
}

export interface MapPoint {
  readonly trackId: string;
  /** -1..1. */
  readonly x: number;
  readonly y: number;
  readonly title: string | null;
  readonly artist: string | null;
  readonly genre: string | null;
}

export interface CatalogueMap {
  readonly state: 'ready' | 'computing' | 'empty';
  readonly points: readonly MapPoint[];
}

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
