import { createPeaks } from './create-peaks.ts';

describe('createPeaks', () => {
  test('ten a second, the loudest sample of each tenth, whatever the chunks', () => {
    const samples = Float32Array.from({ length: 1000 }, (_, index) =>
      index % 100 === 50 ? -(index / 1000) : 0.01,
    );
    const whole = createPeaks(1000);
    whole.add(samples);
    expect(whole.values()).toEqual([0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95]);
    const pieces = createPeaks(1000);
    for (let at = 0; at < samples.length; at += 37) pieces.add(samples.subarray(at, at + 37));
    expect(pieces.values()).toEqual(whole.values());
    expect(pieces.loudest()).toBeCloseTo(0.95);
  });

  test('a remainder counts, overdriven samples are 1, nothing is nothing', () => {
    const peaks = createPeaks(100);
    expect(peaks.values()).toEqual([]);
    peaks.add(Float32Array.of(0, 3));
    expect(peaks.values()).toEqual([1]);
  });

  test('long audio keeps at most 2,000, the loudest among them', () => {
    const peaks = createPeaks(10);
    const hour = new Float32Array(36_000).fill(0.1);
    hour[20_000] = 0.9;
    peaks.add(hour);
    expect(peaks.values().length).toBeGreaterThan(1000);
    expect(peaks.values().length).toBeLessThanOrEqual(2000);
    expect(Math.max(...peaks.values())).toBe(0.9);
  });
});
