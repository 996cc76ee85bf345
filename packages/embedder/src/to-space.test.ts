import type { SpaceTransform } from './embedder.ts';
import { fromSpace, loadModel, toSpace } from './index.ts';
import { invertMatrix } from './invert-matrix.ts';

const SIZE = 512;

/** Values between -1 and 1 that differ by place and seed. */
const wave = (seed: number, length: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + i * 1.7));

const raw = wave(3, SIZE).map((value) => Math.abs(value) * 2);

describe('toSpace and fromSpace', () => {
  test.each([
    ['centred', { mean: wave(1, SIZE) }],
    ['whitened', { mean: wave(1, SIZE), whitening: diagonalHeavy() }],
  ] as [string, SpaceTransform][])('%s: of length 1, and back to the raw vector', (_name, transform) => {
    const there = toSpace(raw, transform);
    expect(Math.hypot(...there.vector)).toBeCloseTo(1, 5);
    const back = fromSpace(there, transform);
    back.forEach((value, i) => {
      expect(value).toBeCloseTo(raw[i] as number, 4);
    });
  });

  test("the bundled model's whitening can be undone", async () => {
    const { info } = await loadModel({ name: 'clmr-synth' });
    const back = fromSpace(toSpace(raw, info.transform), info.transform);
    back.forEach((value, i) => {
      expect(value).toBeCloseTo(raw[i] as number, 3);
    });
  });

  test('a vector equal to the mean has some fixed direction', () => {
    const mean = wave(1, SIZE);
    expect(toSpace(mean, { mean })).toMatchObject({ scale: 0 });
    expect(Math.hypot(...toSpace(mean, { mean }).vector)).toBe(1);
  });
});

describe('invertMatrix', () => {
  test('needs pivoting', () => {
    expect([...invertMatrix([0, 2, 4, 0])]).toEqual([0, 0.25, 0.5, 0]);
  });

  test('refuses a matrix without an inverse', () => {
    expect(() => invertMatrix([1, 2, 2, 4])).toThrow(RangeError);
  });
});

function diagonalHeavy(): Float32Array {
  const matrix = wave(2, SIZE * SIZE).map((value) => value * 0.02);
  for (let i = 0; i < SIZE; i++) matrix[i * SIZE + i] = 1 + (i % 7);
  return matrix;
}
