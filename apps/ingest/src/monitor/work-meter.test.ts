import { createWorkMeter } from './work-meter.ts';

const meterAt = () => {
  let time = 1_000;
  const meter = createWorkMeter(() => time);
  return {
    meter,
    wait: (ms: number) => {
      time += ms;
    },
  };
};

describe('createWorkMeter', () => {
  test('adds up the time of each stage, of several items at once', () => {
    const { meter, wait } = meterAt();
    meter.started({ id: 1, path: 'a' });
    meter.entered(1, 'fetch');
    wait(100);
    meter.started({ id: 2, path: 'b' });
    meter.entered(2, 'fetch');
    meter.entered(1, 'store');
    wait(50);
    expect(meter.take().stageMs).toEqual({ fetch: 150, decode: 0, embed: 0, store: 50 });
    expect(meter.inHand()).toEqual([
      { itemId: 1, path: 'a', stage: 'store', since: 1_000 },
      { itemId: 2, path: 'b', stage: 'fetch', since: 1_100 },
    ]);
  });

  test('what was split by guess while it ran is set right by what was measured', () => {
    const { meter, wait } = meterAt();
    meter.started({ id: 1, path: 'a' });
    meter.entered(1, 'decode');
    wait(100);
    expect(meter.take().stageMs).toMatchObject({ decode: 50, embed: 50 });
    wait(100);
    meter.measured(1, { decode: 20, embed: 180 });
    expect(meter.take().stageMs).toMatchObject({ decode: -30, embed: 130 });
    // The next item is split as this one turned out.
    meter.entered(1, 'decode');
    wait(100);
    const { decode, embed } = meter.take().stageMs;
    expect(decode).toBeCloseTo(10);
    expect(embed).toBeCloseTo(90);
  });

  test('counts how items end, once', () => {
    const { meter } = meterAt();
    for (const id of [1, 2, 3, 4]) meter.started({ id, path: `${id}` });
    meter.ended(1, { outcome: 'done', clips: 11, audioSeconds: 30 });
    meter.ended(1, { outcome: 'done', clips: 11, audioSeconds: 30 });
    meter.ended(2, { outcome: 'failed', code: 'TIMEOUT' });
    meter.ended(3, { outcome: 'retry', code: 'TIMEOUT' });
    expect(meter.take()).toMatchObject({ clips: 11, audioSeconds: 30, done: 1, failed: 1 });
    expect(meter.take()).toMatchObject({ clips: 0, audioSeconds: 0, done: 0, failed: 0 });
    expect(meter.inHand()).toHaveLength(1);
  });
});
