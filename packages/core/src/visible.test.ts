import { visible, visibleLine } from './visible.ts';

test('what terminals obey is shown, all else stays', () => {
  expect(visible('a\u001b[31m\u0007\u007f\u009b\r\tb\n')).toBe('a\\x1b[31m\\x07\\x7f\\x9b\\x0d\tb\n');
  expect(visible('a\u202e3pm.exe\u2066')).toBe('a\\u202e3pm.exe\\u2066');
  expect(visible('雪の駅 שיר\u200f é')).toBe('雪の駅 שיר\u200f é');
});

test('a name stays in its line', () => {
  expect(visibleLine('a\nb\tc\u001b')).toBe('a\\x0ab\\x09c\\x1b');
});
