import { readManifestRow } from './manifest-row.ts';

const yearOf = (year: unknown) =>
  readManifestRow({ number: 1, columns: { path: 'a.mp3', year } }, 'm.csv').metadata.year;

test('the first place that is named counts; columns after it may hold anything', () => {
  const columns = { path: 'a.mp3', file: { size: 3 }, url: ['x'] };
  expect(readManifestRow({ number: 1, columns }, 'm.jsonl').place).toBe('a.mp3');
  expect(readManifestRow({ number: 1, columns: { path: '', file: 'b.mp3' } }, 'm.jsonl').place).toBe('b.mp3');
  expect(() => readManifestRow({ number: 1, columns: { ...columns, path: null } }, 'm.jsonl')).toThrow(
    'm.jsonl, row 1 has a list or object in "file", where text belongs',
  );
});

describe('a year', () => {
  test.each([
    ['1999', 1999],
    [1999, 1999],
    ['1999.0', 1999],
    ['1999-05', 1999],
    ['1999-5-1', 1999],
    ['1999-05-12T10:00:00Z', 1999],
    ['1999-05-12 10:00', 1999],
    ['1999/05/12', 1999],
    ['1999.', 1999],
    ['0', undefined],
    ['0000-00-00', undefined],
    ['', undefined],
    [null, undefined],
  ])('%j is %p', (written, year) => {
    expect(yearOf(written)).toBe(year);
  });

  test.each(['soon', '12.05.1999', '5-12', '99-05-12', '1-1-1', '19999', '19990512', '-1999'])(
    '%j is none, and the row says so',
    (written) => {
      expect(() => yearOf(written)).toThrow('m.csv, row 1 has a "year" that is not a year');
    },
  );
});
