import Papa from 'papaparse';
import { type ExportedTrack, formatExport } from './format-export.ts';

const track = (extra: Partial<ExportedTrack> = {}): ExportedTrack => ({
  trackId: 't',
  externalId: null,
  title: 'Song',
  artist: 'Artist',
  album: null,
  genre: null,
  tags: [],
  year: 2001,
  durationSeconds: 61.6,
  location: { root: 'music', path: 'a.mp3' },
  path: '/mnt/music/a.mp3',
  ...extra,
});

test('a playlist has real paths, one line each, and says what this host lacks', () => {
  const text = formatExport(
    [
      track(),
      track({ title: 'Two\nlines\u2028', artist: null }),
      track({ path: null }),
      track({ path: '/mnt/evil\n/etc/passwd' }),
    ],
    'm3u8',
  );
  expect(text.split('\n')).toEqual([
    '#EXTM3U',
    '#EXTINF:62,Artist - Song',
    '/mnt/music/a.mp3',
    expect.stringMatching(/^#EXTINF:62,Two lines/),
    '/mnt/music/a.mp3',
    '# Not on this host: music/a.mp3',
    '# Not on this host: music/a.mp3',
    '',
  ]);
});

test('a table keeps quotes, commas and lines, and no cell of it is a formula', () => {
  const odd = ['=HYPERLINK("http://x")', '+1', '-1+2', '@SUM(A1)', '\t=1', '\r=1', 'a "b", c\nd', '雪の駅'];
  const text = formatExport(
    odd.map((title) => track({ title, score: 0.5 })),
    'csv',
  );
  expect(text.startsWith('\uFEFFtrackId,')).toBe(true);
  const { data, errors } = Papa.parse<Record<string, string>>(text.slice(1).trimEnd(), { header: true });
  expect(errors).toEqual([]);
  expect(data.map(({ title }) => title)).toEqual(
    odd.map((title) => (/^[=+\-@\t\r]/.test(title) ? `'${title}` : title)),
  );
  expect(data[0]).toMatchObject({ path: '/mnt/music/a.mp3', location: 'music/a.mp3', score: '0.5' });
});
