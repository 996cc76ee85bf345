import { spread } from './spread-windows.ts';

async function* count(to: number) {
  for (let i = 0; i < to; i++) yield i;
}
const collect = async (total: number, wanted: number) => {
  const kept: number[] = [];
  for await (const item of spread(count(total), wanted)) kept.push(item);
  return kept;
};

describe('spread', () => {
  test.each([
    [0, 3],
    [2, 3],
    [3, 3],
  ])('%d items are kept whole where %d are wanted', async (total, wanted) => {
    expect(await collect(total, wanted)).toEqual(Array.from({ length: total }, (_, i) => i));
  });

  test.each([4, 7, 100, 1001])(
    'of %d items ten or fewer remain, evenly, both ends among them',
    async (total) => {
      const kept = await collect(total, 10);
      expect(kept).toHaveLength(Math.min(10, total));
      expect(kept[0]).toBe(0);
      expect(kept.at(-1)).toBe(total - 1);
      const gaps = kept.slice(1).map((value, i) => value - (kept[i] as number));
      expect(Math.max(...gaps)).toBeLessThanOrEqual((2 * total) / 9 + 1);
      expect(new Set(kept).size).toBe(kept.length);
    },
  );

  test('one of many is from the middle', async () => {
    const [only = 0] = await collect(100, 1);
    expect(only).toBeGreaterThan(20);
    expect(only).toBeLessThan(100);
  });
});
