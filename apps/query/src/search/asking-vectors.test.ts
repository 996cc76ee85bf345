import { askingVectors } from './asking-vectors.ts';

const windows = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ startMs: at * 670, vector: Float32Array.of(at) }));
const asked = (count: number) => askingVectors(windows(count)).map(([at]) => at as number);

test('a short seed asks with all its windows', () => {
  expect(asked(1)).toEqual([0]);
  expect(asked(6)).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a longer one asks with six, from its first to its last, no window twice', () => {
  for (const count of [7, 9, 12, 14, 37, 64]) {
    const places = asked(count);
    expect(places).toHaveLength(6);
    expect([places[0], places.at(-1)]).toEqual([0, count - 1]);
    expect(new Set(places).size).toBe(6);
  }
});

test('of ten seconds, windows at each of the four offsets to the grid of the catalogue ask', () => {
  expect(new Set(asked(12).map((at) => at % 4)).size).toBe(4);
});
