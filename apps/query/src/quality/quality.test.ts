import { bootstrap, pairedDifference } from './bootstrap.ts';
import { compareEmbeddings } from './compare-embeddings.ts';
import { growCatalogue } from './grow-catalogue.ts';
import { measureHubness, skewnessOf } from './hubness.ts';
import type { Identified } from './identify.ts';
import { judgeOrder } from './ranking.ts';
import { seededRandom } from './seeded-random.ts';
import { summariseIdentified } from './summarise-identified.ts';
import { whiten } from './whiten.ts';

const unit = (...values: number[]) => {
  const norm = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / norm);
};

test('an order is judged by its first answer, its first ten and the precision at every relevant one', () => {
  // Relevant at 1, 3 and 6: (1/1 + 2/3 + 3/6) / 3.
  expect(judgeOrder([true, false, true, false, false, true])).toEqual({
    first: 1,
    precisionAt10: 0.3,
    averagePrecision: expect.closeTo((1 + 2 / 3 + 1 / 2) / 3, 10),
  });
  expect(judgeOrder([false, true])?.first).toBe(0);
  expect(judgeOrder([false, false])).toBeUndefined();
});

test('a bootstrap interval holds the mean, narrows with more queries, and a paired one sees what two apart hide', () => {
  const random = seededRandom(3);
  const few = Array.from({ length: 50 }, () => Number(random() < 0.7));
  const many = Array.from({ length: 5000 }, () => Number(random() < 0.7));
  const [wide, narrow] = [bootstrap(few), bootstrap(many)];
  expect(wide.low).toBeLessThanOrEqual(wide.mean);
  expect(wide.high).toBeGreaterThanOrEqual(wide.mean);
  // The normal interval of a share: 1.96 sqrt(p (1 - p) / n) on either side.
  expect(narrow.high - narrow.low).toBeCloseTo(2 * 1.96 * Math.sqrt((0.7 * 0.3) / 5000), 2);
  const better = few.map((value, index) => (index % 5 === 0 ? 1 : value));
  expect(pairedDifference(better, few).low).toBeGreaterThanOrEqual(0);
});

test('skewness and hubs by number', () => {
  expect(skewnessOf(Float64Array.from([1, 2, 3, 4, 5]))).toBeCloseTo(0, 10);
  expect(skewnessOf(Float64Array.from([0, 0, 0, 4]))).toBeCloseTo(2 / Math.sqrt(3), 10);
  // Forty directions at right angles that all lean a little towards one more: it is the nearest of every one.
  const spokes = Array.from({ length: 40 }, (_, own) =>
    unit(...Array.from({ length: 40 }, (_, axis) => Number(axis === own)), 0.3),
  );
  const { largestHub, skewness } = measureHubness([...spokes, unit(...Array(40).fill(0), 1)]);
  expect(largestHub).toBe(40);
  expect(skewness).toBeGreaterThan(1);
});

test('whitened vectors have no mean and, without shrinkage, the covariance of a sphere', () => {
  const random = seededRandom(5);
  const vectors = Array.from({ length: 400 }, () => {
    const [a, b, c] = [random() - 0.5, random() - 0.5, random() - 0.5];
    return Float32Array.from([10 * a + 3, a + 0.1 * b, 2 * b + 0.5 * c - 1]);
  });
  const white = whiten(vectors, 0);
  for (let i = 0; i < 2; i++) {
    const mean = white.reduce((sum, vector) => sum + (vector[i] as number), 0) / white.length;
    expect(Math.abs(mean)).toBeLessThan(0.1);
  }
  expect(white.every((vector) => Math.abs(Math.hypot(...vector) - 1) < 1e-5)).toBe(true);
});

test('each half of a track asks for the other', () => {
  const at = (degrees: number) =>
    unit(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));
  // From 25 the first half of the second track, at 45, is nearer than its own at 0; the other three find their own.
  const tracks = [
    [at(0), at(25)],
    [at(45), at(60)],
  ];
  const [row] = compareEmbeddings([{ name: 'ours', tracks }], [{ work: 'a' }, { work: 'b' }]);
  expect(row).toMatchObject({ task: 'same track', recallAt1: { mean: 0.75, count: 2 } });
});

test('other recordings of a work are no answers; labels decide the rest', () => {
  const tracks = [
    [unit(1, 0, 0), unit(1, 0.1, 0)],
    [unit(1, 0.05, 0), unit(1, 0.02, 0)], // a take of the first
    [unit(0, 1, 0), unit(0.1, 1, 0)],
    [unit(0, 0.8, 0.6), unit(0, 0.9, 0.4)],
  ];
  const labels = [
    { work: 'a', artist: 'x' },
    { work: 'a', artist: 'x' },
    { work: 'b', artist: 'x' },
    { work: 'c', artist: 'y' },
  ];
  const rows = compareEmbeddings([{ name: 'ours', tracks }], labels);
  const track = rows.find(({ task }) => task === 'same track');
  expect(track?.recallAt1).toMatchObject({ mean: 1, count: 4 });
  // Only the third is an artist's other work to the first two; the fourth has nobody.
  const artist = rows.find(({ task }) => task === 'same artist');
  expect(artist?.recallAt1.count).toBe(3);
  expect(rows.map(({ task }) => task)).not.toContain('same style');
});

test('an embedding is compared with the one that it names, else with the first', () => {
  const axis = (at: number) => unit(...[0, 1, 2, 3].map((place) => Number(place === at % 4)));
  const right = [0, 1, 2, 3].map((at) => [axis(at), axis(at)]);
  // Each one's second half is the next one's first.
  const wrong = [0, 1, 2, 3].map((at) => [axis(at), axis(at + 1)]);
  const labels = [0, 1, 2, 3].map((at) => ({ work: `work ${at}` }));
  const rows = compareEmbeddings(
    [
      { name: 'first', tracks: right },
      { name: 'second', tracks: wrong },
      { name: 'third', against: 'second', tracks: right },
    ],
    labels,
  );
  expect(rows.map(({ against, behind }) => [against, behind?.mean])).toEqual([
    [undefined, undefined],
    ['first', 1],
    ['second', -1],
  ]);
});

test('the best stranger comes closer as the catalogue grows, and a take is no stranger', () => {
  const tracks = [[unit(1, 0)], [unit(1, 0.01)], [unit(0, 1)], [unit(1, 1)]];
  const query = { windows: [unit(1, 0)], own: 0, relatives: new Set([1]) };
  const [small, large] = growCatalogue([query], tracks, [3, 4]);
  expect(small?.bestStranger.median).toBeCloseTo(0, 6);
  expect(large?.bestStranger.median).toBeCloseTo(Math.SQRT1_2, 6);
  expect(large?.hitAt1).toBe(1);
});

test('strangers count as false accepts only', () => {
  const answer = (more: Partial<Identified>): Identified => ({
    treatment: 'as it is',
    seconds: 6,
    isStranger: false,
    rank: 1,
    isIdentified: true,
    offsetError: 0.02,
    falseRelatives: 0,
    falseStrangers: 0,
    verdict: 'same-recording',
    ...more,
  });
  const [row] = summariseIdentified([
    answer({}),
    answer({ rank: 2, isIdentified: false, offsetError: undefined, falseRelatives: 1 }),
    answer({ isStranger: true, rank: undefined, isIdentified: false, falseStrangers: 1 }),
  ]);
  expect(row?.hitAt1).toMatchObject({ mean: 0.5, count: 2 });
  expect(row?.reciprocalRank.mean).toBe(0.75);
  expect(row?.offsetError).toBe(0.02);
  expect(row?.relativesCalledSame.mean).toBe(0.5);
  expect(row?.strangersCalledSame.mean).toBeCloseTo(1 / 3, 10);
});
