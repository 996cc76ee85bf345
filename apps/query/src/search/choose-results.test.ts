import { chooseResults } from './choose-results.ts';
import type { SearchResult } from './search-answer.ts';

const result = (trackId: string, artist: string | null, extra: Partial<SearchResult> = {}) =>
  ({ trackId, artist, album: null, verdict: 'sounds-like', ...extra }) as SearchResult;

const RESULTS = [
  result('same', 'A', { verdict: 'same-recording', album: 'X' }),
  result('a2', 'A'),
  result('b', 'B', { album: 'X' }),
  result('none', null),
  result('none2', null),
];
const ALL = {
  mode: 'both',
  artistCap: undefined,
  excludeSeedArtist: false,
  excludeSeedAlbum: false,
} as const;
const SEED = [{ artist: 'A', album: 'X' }];

test.each([
  ['everything', ALL, ['same', 'a2', 'b', 'none', 'none2']],
  ['one of each artist', { ...ALL, artistCap: 1 }, ['same', 'b', 'none', 'none2']],
  ['other artists', { ...ALL, excludeSeedArtist: true }, ['b', 'none', 'none2']],
  ['other albums', { ...ALL, excludeSeedAlbum: true }, ['a2', 'none', 'none2']],
  ['the same recording', { ...ALL, mode: 'same-recording' }, ['same']],
  ['what sounds alike', { ...ALL, mode: 'sounds-like' }, ['a2', 'b', 'none', 'none2']],
] as const)('%s', (_label, wishes, expected) =>
  expect(chooseResults(RESULTS, wishes, SEED).map(({ trackId }) => trackId)).toEqual(expected),
);
