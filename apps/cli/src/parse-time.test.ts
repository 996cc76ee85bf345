import { parseTime } from './parse-time.ts';

describe('parseTime', () => {
  test.each([
    ['90', 90],
    ['0:30', 30],
    ['1:30.5', 90.5],
    ['1:02:03', 3723],
  ])('%s is %d s', (text, seconds) => expect(parseTime(text, '--from')).toBe(seconds));

  test.each(['', 'abc', '-3', '1:', ':30', '1:2:3:4', '1.5:30', '1e3'])(
    '"%s" is refused, naming the option',
    (text) => {
      expect(() => parseTime(text, '--from')).toThrow('--from must be a time');
    },
  );
});
