// What the API takes and answers, as types only: for the page, and for other clients in TypeScript.
export type { Match, SearchAnswer, SearchResult, Verdict } from '../search/search-answer.ts';
export type { SearchRequest } from '../search/search-request.ts';
export type { TrackDocument } from '../tracks/track-schema.ts';
export type { CatalogueMap, Facets, Stats, TrackPage, Waveform } from './documents.ts';
