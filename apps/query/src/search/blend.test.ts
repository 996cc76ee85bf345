import { blend } from './blend.ts';
import type { HeardSeed } from './seed-windows.ts';

const seed = (weight: number, place: number) => {
  const vector = new Float32Array(512);
  vector[place] = 1;
  return { weight, windows: [{ vector }] } as unknown as HeardSeed;
};

test('seeds are added and subtracted to one direction', () => {
  const { vector, length } = blend([seed(1, 0), seed(-1, 1)]);
  expect(vector[0]).toBeCloseTo(Math.SQRT1_2);
  expect(vector[1]).toBeCloseTo(-Math.SQRT1_2);
  expect(length).toBeCloseTo(Math.SQRT2);
});

test('seeds that cancel each other are refused with the way out', () => {
  expect(() => blend([seed(1, 0), seed(-1, 0)])).toThrow(/cancel each other out.*Change a weight/);
});
