import { setTimeout as sleep } from 'node:timers/promises';
import { createStopwatch } from './stopwatch.ts';

const busy = (ms: number) => {
  for (const until = performance.now() + ms; performance.now() < until; );
};

test('time inside of a stage is that of the inner one; what is measured twice adds up', async () => {
  const watch = createStopwatch();
  const began = performance.now();
  const result = watch.timeSync('judge', () => {
    watch.timeSync('align', () => busy(20));
    watch.timeSync('verify', () => busy(10));
    busy(1);
    return 'done';
  });
  watch.timeSync('align', () => busy(5));
  const total = performance.now() - began;
  await watch.time('decode', () => sleep(2));
  const { align = 0, verify = 0, judge = 0, decode = 0, ...others } = watch.milliseconds();
  expect({ result, others }).toEqual({ result: 'done', others: {} });
  for (const [spent, least] of [
    [align, 25],
    [verify, 10],
    [judge, 1],
    [decode, 1],
  ] as const)
    expect(spent).toBeGreaterThanOrEqual(least);
  // Counted once: nested time would make them more than all there was.
  expect(align + verify + judge).toBeLessThanOrEqual(total);
});

test('a stage that fails is measured, too', async () => {
  const watch = createStopwatch();
  await expect(watch.time('embed', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(watch.milliseconds()).toHaveProperty('embed');
});
