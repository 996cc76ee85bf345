import { mfccAtOneLevel, mfccStatistics } from './mfcc.ts';

// What training/descriptors.py (PyTorch) gives for the same signal: mfcc_statistics(torch.from_numpy(x)[None]).
const EXPECTED = [
  -100.356, 17.4863, 8.2129, 4.4671, -6.3593, -10.1532, -12.1247, -11.978, -7.0027, -3.7841, 1.1291, 4.1458,
  5.1005, 5.8421, 3.8234, 2.3689, 0.1957, -1.883, -2.5333, -3.4333, 10.2639, 4.8036, 4.1905, 5.8661, 5.7327,
  5.599, 5.2198, 5.3536, 5.2327, 5.1698, 4.9639, 4.7808, 4.5917, 4.5372, 4.3875, 4.2154, 3.9784, 3.7875,
  3.6528, 3.5496,
];

const signal = Float32Array.from({ length: 59_049 }, (_, n) => {
  const t = n / 22_050;
  const beating = 0.3 * Math.sin(2 * Math.PI * 440 * t) * (1 + 0.5 * Math.sin(2 * Math.PI * 3 * t));
  return beating + 0.1 * Math.sin(2 * Math.PI * (200 + n / 20) * t);
});

test('MFCC statistics agree with an independent implementation', () => {
  const found = mfccStatistics(signal);
  expect(found).toHaveLength(EXPECTED.length);
  found.forEach((value, index) => {
    expect(Math.abs(value - (EXPECTED[index] as number))).toBeLessThan(0.01);
  });
});

test('at one level, how loud a window is played changes nothing', () => {
  const quieter = signal.map((value) => value / 4);
  const loudness = ([mean]: Float32Array) => mean as number;
  expect(loudness(mfccStatistics(signal)) - loudness(mfccStatistics(quieter))).toBeGreaterThan(5);
  const expected = mfccAtOneLevel(signal);
  mfccAtOneLevel(quieter).forEach((value, index) => {
    expect(Math.abs(value - (expected[index] as number))).toBeLessThan(0.001);
  });
});
