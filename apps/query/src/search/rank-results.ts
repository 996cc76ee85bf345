import type { SearchResult } from './search-answer.ts';
import type { ParsedSearchRequest } from './search-request.ts';

/** Puts results in order and keeps what the request asks for: mode, floor, tracks per artist, limit. */
export const rankResults = (
  results: readonly SearchResult[],
  request: ParsedSearchRequest,
): SearchResult[] => {
  const ranked = results
    .filter((result) => isWanted(result, request))
    .sort(request.mode === 'sounds-like' ? bySimilarity : bySameRecordingFirst);
  return capArtists(ranked, request.artistCap).slice(0, request.limit);
};

const isWanted = ({ verdict }: SearchResult, { mode, belowFloor }: ParsedSearchRequest): boolean => {
  if (verdict === 'same-recording') return mode !== 'sounds-like';
  if (verdict === 'nothing-close') return belowFloor;
  return mode !== 'same-recording';
};

const bySimilarity = (a: SearchResult, b: SearchResult): number => b.similarity - a.similarity;

const bySameRecordingFirst = (a: SearchResult, b: SearchResult): number =>
  Number(b.verdict === 'same-recording') - Number(a.verdict === 'same-recording') ||
  (a.verdict === 'same-recording' ? b.score - a.score : 0) ||
  bySimilarity(a, b);

/** At most so many of an artist; tracks without one are nobody's. */
const capArtists = (results: readonly SearchResult[], cap: number | undefined): SearchResult[] => {
  if (cap === undefined) return [...results];
  const seen = new Map<string, number>();
  return results.filter(({ artist }) => {
    if (artist === null) return true;
    const count = (seen.get(artist) ?? 0) + 1;
    seen.set(artist, count);
    return count <= cap;
  });
};
