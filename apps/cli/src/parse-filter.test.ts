import { parseFilter } from './parse-filter.ts';

describe('parseFilter', () => {
  test('no terms are no filter', () => expect(parseFilter([])).toBeUndefined());

  test('text fields collect, tags split by their sign, ranges are open or closed', () => {
    expect(
      parseFilter([
        'artist=A=B',
        'artist=C',
        'tag=calm',
        'tag=+live',
        'tag=-sad',
        'year=1990..',
        'duration=..240',
      ]),
    ).toEqual({
      artist: ['A=B', 'C'],
      tags: { any: ['calm'], all: ['live'], none: ['sad'] },
      year: { from: 1990 },
      duration: { to: 240 },
    });
  });

  test('one year is a range of one year', () =>
    expect(parseFilter(['year=1999'])).toEqual({ year: { from: 1999, to: 1999 } }));

  test.each(['artist', 'artist=', 'mood=calm', 'year=..', 'year=abc', 'year=1..2..3'])(
    '"%s" is refused with the way out',
    (term) => {
      expect(() => parseFilter([term])).toThrow(`--filter "${term}"`);
    },
  );
});
