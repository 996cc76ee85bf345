import { explainQuality, type QualityResult } from './explain-quality.ts';

const estimate = (mean: number, low = mean, high = mean) => ({ mean, low, high, count: 50 });

const identifiedRow = (treatment: string, hit: number, identified: number) => ({
  seconds: 6,
  treatment,
  hitAt1: estimate(hit),
  reciprocalRank: estimate(hit),
  identified: estimate(identified),
  offsetError: 0.01,
  relativesCalledSame: estimate(0),
  strangersCalledSame: estimate(0),
});

const comparedRow = (embedding: string, recall: number, behind?: ReturnType<typeof estimate>) => ({
  task: 'same track' as const,
  embedding,
  recallAt1: estimate(recall),
  precisionAt10: estimate(0.1),
  meanAveragePrecision: estimate(recall),
  behind,
  against: undefined,
});

const result: QualityResult = {
  model: 'ours',
  space: '0123456789abcdef',
  precision: 'int8',
  tracks: 180,
  identified: {
    rows: [
      identifiedRow('as it is', 1, 1),
      identifiedRow('room', 0.9, 0.2),
      identifiedRow('noise 10 dB', 0.9, 0.7),
    ],
    strangers: 18,
    strangerVerdicts: { 'nothing-close': 150, 'same-recording': 12 },
  },
  compared: [
    comparedRow('ours', 0.6),
    comparedRow('MFCC statistics', 0.5, estimate(0.1, 0.03, 0.17)),
    comparedRow('untrained', 0.58, estimate(0.02, -0.05, 0.09)),
    comparedRow('random', 0.01, estimate(0.59, 0.5, 0.66)),
  ],
  labels: {
    artists: { fromTags: 0, fromFolders: 0, distinct: 0 },
    styles: { fromTags: 0, distinct: 0 },
  },
  health: { skewness: 1.8, orphans: 0.05, largestHub: 60 },
};

const words = (changes: Partial<QualityResult> = {}) => explainQuality({ ...result, ...changes }).join('\n');

test('it names the hardest treatment and what was wrongly accepted', () => {
  expect(words()).toContain('Hardest is room (6 s): 90.0 % first, 20.0 % called the same recording.');
  expect(words()).toContain('12 of 162 excerpts of them were called the same recording');
  expect(words()).toContain('soundalike duplicates');
});

test('better, worse and not told apart go by the interval of the paired difference', () => {
  expect(words()).toContain('ours (R@1 0.600) is better than MFCC statistics (0.500)');
  expect(words()).toMatch(/ours \(R@1 0\.600\) is not told apart, .* from untrained \(0\.580\)/);
  const compared = [comparedRow('ours', 0.4), comparedRow('untrained', 0.5, estimate(-0.1, -0.15, -0.02))];
  expect(words({ compared })).toContain('ours (R@1 0.400) is worse than untrained (0.500)');
});

test('it says what is missing, and that few tracks say little', () => {
  expect(words()).toContain('No figures for the same artist');
  expect(words()).not.toContain('tracks are few');
  expect(words({ tracks: 40 })).toContain('40 tracks are few');
  expect(words({ identified: { ...result.identified, strangers: 0, strangerVerdicts: {} } })).toContain(
    'No track was kept out',
  );
});

test('hubs are named where the space has them', () => {
  expect(words()).toContain('A few tracks are among the answers to very many others: hubness 1.80');
  expect(words({ health: { skewness: 0.4, orphans: 0, largestHub: 14 } })).toContain('No track crowds');
});
