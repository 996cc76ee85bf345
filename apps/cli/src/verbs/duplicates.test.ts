import { formatDuplicates } from './duplicates.ts';

const copy = (more: object) => ({
  trackId: 't',
  externalId: null,
  location: 'music/a.flac',
  title: 'Song',
  artist: null,
  album: null,
  genre: null,
  tags: [],
  year: null,
  ...more,
});

test('one file under two own ids is two lines that differ', () => {
  const text = formatDuplicates({
    evidence: 'same-content',
    copies: [
      copy({ externalId: 'A-1', artist: 'Ann' }),
      copy({ externalId: 'A-2' }),
      copy({ title: 'So\nng' }),
      copy({ title: null }),
    ],
    errorRate: null,
    offsetSeconds: null,
  });
  expect(text.split('\n')).toEqual([
    'Same content:',
    '  music/a.flac (A-1)  Ann – Song',
    '  music/a.flac (A-2)  Song',
    '  music/a.flac  So\\x0ang',
    '  music/a.flac',
  ]);
});
