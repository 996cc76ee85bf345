import fc from 'fast-check';
import { storedText, TEXT_BYTES } from './stored-text.ts';

describe('storedText', () => {
  test('leaves alone what fits, to the byte', () => {
    expect(storedText('artist', 'é'.repeat(TEXT_BYTES / 2))).toBe('é'.repeat(TEXT_BYTES / 2));
    expect(storedText('artist', `${'é'.repeat(TEXT_BYTES / 2)}x`)).toMatch(/^é+….{22}$/);
  });

  test('shortens the rest within the limit, whole characters only, distinct and always the same', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
        fc.integer({ min: 30, max: 200 }),
        (unit, limit) => {
          const long = unit.repeat(300);
          const stored = storedText('tags', long, limit);
          expect(Buffer.byteLength(stored)).toBeLessThanOrEqual(limit);
          expect(stored).not.toContain('\ufffd');
          expect(storedText('tags', long, limit)).toBe(stored);
          expect(storedText('tags', `${long}!`, limit)).not.toBe(stored);
        },
      ),
      { seed: 5 },
    );
  });

  test.each(['\0', 'a\0b', '\ud800', 'x\udc00y'])('refuses %j, naming the field', (text) => {
    expect(() => storedText('album', text)).toThrow(/album holds/);
  });
});
