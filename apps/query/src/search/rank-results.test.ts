import { rankResults } from './rank-results.ts';
import type { SearchResult, Verdict } from './search-answer.ts';
import { searchRequestSchema } from './search-request.ts';

const result = (trackId: string, similarity: number, verdict: Verdict, artist: string | null = null) =>
  ({ trackId, similarity, score: similarity, verdict, artist }) as SearchResult;
const RESULTS = [
  result('a', 0.5, 'sounds-like', 'X'),
  result('b', 0.9, 'sounds-like', 'X'),
  result('c', 0.7, 'same-recording', 'Y'),
  result('d', 0.1, 'nothing-close'),
  result('e', 0.2, 'sounds-like'),
  result('f', 0.3, 'sounds-like'),
];
const rank = (request: object) =>
  rankResults(RESULTS, searchRequestSchema.parse({ seeds: [{ trackId: 't' }], ...request })).map(
    ({ trackId }) => trackId,
  );

describe('rankResults', () => {
  test.each([
    ['the same recording comes first', {}, ['c', 'b', 'a', 'f', 'e']],
    ['below the floor only when asked', { belowFloor: true }, ['c', 'b', 'a', 'f', 'e', 'd']],
    ['other music only', { mode: 'sounds-like' }, ['b', 'a', 'f', 'e']],
    ['the recording only', { mode: 'same-recording' }, ['c']],
    ['so many of an artist, tracks without one uncapped', { artistCap: 1 }, ['c', 'b', 'f', 'e']],
    ['the limit counts after the cap', { artistCap: 1, limit: 3 }, ['c', 'b', 'f']],
  ])('%s', (_title, request, expected) => expect(rank(request)).toEqual(expected));
});
