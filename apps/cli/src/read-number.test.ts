import { describe, expect, test } from '@jest/globals';
import { readNumber } from './read-number.ts';

describe('readNumber', () => {
  test('reads what lies within the bounds, both included', () => {
    expect(readNumber('limit', undefined, { from: 1 })).toBeUndefined();
    expect(readNumber('limit', '1', { from: 1, to: 9, whole: true })).toBe(1);
    expect(readNumber('limit', '9', { from: 1, to: 9, whole: true })).toBe(9);
    expect(readNumber('min-recall', '0.95', { from: 0, to: 1 })).toBe(0.95);
  });

  test.each(['', ' ', '0', '-5', '10', '1.5', 'many', '0x', 'NaN', 'Infinity', true])(
    'refuses %j',
    (text) => {
      expect(() => readNumber('limit', text, { from: 1, to: 9, whole: true })).toThrow(
        `--limit must be a whole number from 1 to 9, got "${text}"`,
      );
    },
  );

  test('says nothing of an end where there is none', () => {
    expect(() => readNumber('limit', '0', { from: 1, whole: true })).toThrow(
      'a whole number from 1 up, got "0"',
    );
  });
});
