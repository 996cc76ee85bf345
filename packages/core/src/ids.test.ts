import { clipIdOf, content8Of, hash128, trackIdOf } from './ids.ts';

describe('ids', () => {
  test('hash128 is 22 base64url characters and separates its parts', () => {
    expect(hash128('a')).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(hash128('ab', 'c')).not.toBe(hash128('a', 'bc'));
  });

  test('a track is its own id within a catalogue, or its content', () => {
    const contentId = hash128('content');
    expect(trackIdOf({ catalogue: 'x', externalId: null, contentId })).toBe(contentId);
    const own = trackIdOf({ catalogue: 'x', externalId: '1', contentId });
    expect(own).toBe(trackIdOf({ catalogue: 'x', externalId: '1', contentId: 'other' }));
    expect(own).not.toBe(trackIdOf({ catalogue: 'y', externalId: '1', contentId }));
  });

  test('clip ids carry track, revision and start', () => {
    expect(content8Of('abcdefghijk')).toBe('abcdefgh');
    expect(clipIdOf({ trackId: 't', content8: 'abcdefgh', startMs: 2678 })).toBe('t-abcdefgh-2678');
  });
});
