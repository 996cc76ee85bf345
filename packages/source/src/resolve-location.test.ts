import { formatLocation } from './resolve-location.ts';

test('a location is read in one line, without the password of a link', () => {
  expect(formatLocation({ root: 'music', path: 'a//b:c@d.mp3' })).toBe('music/a//b:c@d.mp3');
  expect(formatLocation({ root: 'music', path: 'a\n  7  b\u001b[31m.mp3' })).toBe(
    'music/a\\x0a  7  b\\x1b[31m.mp3',
  );
  expect(formatLocation({ root: null, path: 'http://user:secret@host/a.mp3' })).toBe(
    'http://user:***@host/a.mp3',
  );
});
