import { formatLocation } from './resolve-location.ts';

test('a location is the name that people know, without the password of a link', () => {
  expect(formatLocation({ root: 'music', path: 'a//b:c@d.mp3' })).toBe('music/a//b:c@d.mp3');
  expect(formatLocation({ root: 'music', path: 'a\nb.mp3' })).toBe('music/a\nb.mp3');
  expect(formatLocation({ root: null, path: 'http://user:secret@host/a.mp3' })).toBe(
    'http://user:***@host/a.mp3',
  );
});
