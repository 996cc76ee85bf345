import { floorOf, medianOfBest } from './floor-of.ts';

describe('medianOfBest', () => {
  // Phi(z)^n = 1/2, solved to six digits with SciPy: norm.ppf(0.5 ** (1 / n)).
  test.each([
    [1, 0],
    [10, 1.499_8],
    [100, 2.462_1],
    [10_000, 3.810_9],
    [1_000_000, 4.829_5],
    [100_000_000, 5.676_5],
  ])('of %d draws is %f', (count, expected) => {
    expect(medianOfBest(count)).toBeCloseTo(expected, 2);
  });
});

describe('floorOf', () => {
  const calibration = {
    midpoint: 0.5,
    slope: 10,
    sameRecording: 0.9,
    floor: { mean: 0.1, deviation: 0.1, ceiling: 0.55 },
  };

  test('rises with the catalogue, and ends at the ceiling', () => {
    const floors = [1, 100, 10_000, 1_000_000, 100_000_000].map((tracks) => floorOf(tracks, calibration));
    expect(floors[0]).toBeCloseTo(0.28, 2); // the cosine of score 0.1: chance alone would be at 0.1
    expect(floors[1]).toBeCloseTo(0.1 + 0.1 * 2.46, 2);
    expect(floors).toEqual(floors.toSorted((a, b) => a - b));
    expect(floors[3]).toBe(0.55);
    expect(floors[4]).toBe(0.55);
  });

  test('an empty catalogue counts as one track', () => {
    expect(floorOf(0, calibration)).toBe(floorOf(1, calibration));
  });
});
