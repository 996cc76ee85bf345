import { labelTracks } from './label-tracks.ts';

const track = (path: string, more: Partial<Parameters<typeof labelTracks>[0][number]> = {}) => ({
  id: path,
  title: null,
  artist: null,
  genre: null,
  path,
  ...more,
});

test('tags name artist and style; the first folder stands in for an artist', () => {
  const { labels, artists, styles } = labelTracks([
    track('x/1.mp3', { artist: 'Ann', genre: 'Blues', title: 'Low Country' }),
    track('Bob/album/2.mp3', { genre: 'blues ', title: '02 - High' }),
    track('3.mp3', { genre: 'Jazz' }),
  ]);
  expect(labels.map(({ artist }) => artist)).toEqual(['ann', 'bob', undefined]);
  expect(labels.map(({ style }) => style)).toEqual(['blues', 'blues', 'jazz']);
  expect(artists).toEqual({ fromTags: 1, fromFolders: 1, distinct: 2 });
  expect(styles).toEqual({ fromTags: 3, distinct: 2 });
});

test('takes of a piece are one work, nameless pieces each their own', () => {
  const { labels } = labelTracks([
    track('Ann/01 Low Country.mp3', { title: '01 Low Country' }),
    track('Ann/09.mp3', { title: 'Low Country (second take)' }),
    track('Ann/10.mp3'),
    track('11.mp3', { title: 'Low Country' }),
  ]);
  const works = labels.map(({ work }) => work);
  expect(works[0]).toBe(works[1]);
  expect(new Set(works).size).toBe(3);
});

test('a label that every track shares is none', () => {
  const { labels } = labelTracks([
    track('a/1.mp3', { artist: 'Ann', genre: 'Blues' }),
    track('a/2.mp3', { artist: 'Ann', genre: 'Blues' }),
  ]);
  expect(labels.every(({ artist, style }) => artist === undefined && style === undefined)).toBe(true);
});
