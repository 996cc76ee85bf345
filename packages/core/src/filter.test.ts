import { matchesFilter } from './filter.ts';

const row = {
  trackId: 't',
  artist: 'A',
  album: '',
  genre: 'jazz',
  tags: ['calm', 'live'],
  year: 0,
  duration: 30,
};

describe('matchesFilter', () => {
  test.each([
    [undefined, true],
    [{}, true],
    [{ artist: 'A' }, true],
    [{ artist: 'a' }, false],
    [{ artist: [] }, false],
    [{ artist: ['B', 'A'] }, true],
    [{ tags: { any: ['x', 'live'] } }, true],
    [{ tags: { any: [] } }, false],
    [{ tags: { all: ['calm', 'live'] } }, true],
    [{ tags: { all: ['calm', 'x'] } }, false],
    [{ tags: { none: ['live'] } }, false],
    [{ tags: { none: [] } }, true],
    [{ year: { from: 0 } }, false],
    [{ year: {} }, true],
    [{ duration: { from: 30, to: 30 } }, true],
    [{ trackIds: ['t'] }, true],
    [{ excludeTrackIds: ['t'] }, false],
  ])('%j -> %s', (filter, expected) => expect(matchesFilter(filter, row)).toBe(expected));
});
