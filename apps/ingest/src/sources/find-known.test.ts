import { locateBelow } from './find-known.ts';

describe('locateBelow', () => {
  const roots = { music: '/mnt/music', live: '/mnt/music/live', all: '/' };

  test('takes the deepest root that holds the path', () => {
    expect(locateBelow('/mnt/music/live/a/b.mp3', roots)).toEqual({ root: 'live', path: 'a/b.mp3' });
    expect(locateBelow('/mnt/music/lively/b.mp3', roots)).toEqual({ root: 'music', path: 'lively/b.mp3' });
    expect(locateBelow('/srv/b.mp3', roots)).toEqual({ root: 'all', path: 'srv/b.mp3' });
  });

  test('a path below no root has no place', () => {
    expect(locateBelow('/srv/b.mp3', { music: '/mnt/music' })).toBeUndefined();
  });
});
