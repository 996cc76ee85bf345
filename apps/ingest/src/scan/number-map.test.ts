import fc from 'fast-check';
import { createNumberMap } from './number-map.ts';

test('counts as a Map does', () => {
  const key = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 2 ** 53 - 2 }));
  fc.assert(
    fc.property(fc.array(key, { maxLength: 3000 }), (keys) => {
      const ours = createNumberMap();
      const map = new Map<number, number>();
      for (const each of keys) {
        map.set(each, (map.get(each) ?? 0) + 1);
        expect(ours.add(each)).toBe(map.get(each));
      }
      for (const [each, count] of map) expect(ours.get(each)).toBe(count);
      expect(ours.get(12_345_678_901)).toBe(map.get(12_345_678_901) ?? 0);
    }),
    { numRuns: 30 },
  );
});

test('a hundred thousand neighbours are told apart', () => {
  const ours = createNumberMap();
  for (let i = 0; i < 100_000; i++) ours.add(i * 2 ** 20);
  for (let i = 0; i < 100_000; i += 997)
    expect([ours.get(i * 2 ** 20), ours.get(i * 2 ** 20 + 1)]).toEqual([1, 0]);
});
