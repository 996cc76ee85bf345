import { sliceWindows } from './slice-windows.ts';

async function* chunksOf(signal: Float32Array, size: number) {
  for (let at = 0; at < signal.length; at += size) yield signal.slice(at, at + size);
}

const ramp = (length: number) => Float32Array.from({ length }, (_, index) => index + 1);

const slice = async (length: number, options: { hop: number; tail: 'drop' | 'align'; chunk?: number }) => {
  const windows = [];
  for await (const window of sliceWindows(chunksOf(ramp(length), options.chunk ?? 7), {
    windowSamples: 10,
    hopSamples: options.hop,
    tail: options.tail,
  }))
    windows.push(window);
  return windows;
};

describe('sliceWindows', () => {
  test.each([
    [30, 10, 'drop', [0, 10, 20]],
    [35, 10, 'drop', [0, 10, 20]],
    [35, 10, 'align', [0, 10, 20, 25]],
    [30, 10, 'align', [0, 10, 20]],
    [35, 3, 'align', [0, 3, 6, 9, 12, 15, 18, 21, 24, 25]],
    [9, 10, 'drop', []],
    [9, 10, 'align', [0]],
    [0, 10, 'align', []],
  ] as const)(
    '%d samples, hop %d, %s: windows start at %j whatever the chunks',
    async (length, hop, tail, starts) => {
      for (const chunk of [1, 3, 10, 1000]) {
        const windows = await slice(length, { hop, tail, chunk });
        expect(windows.map((window) => window.startSample)).toEqual(starts);
        for (const { startSample, samples } of windows) {
          if (length >= 10)
            expect([...samples]).toEqual([...ramp(length).slice(startSample, startSample + 10)]);
        }
      }
    },
  );

  test('a short signal is repeated from its start', async () => {
    const [only] = await slice(4, { hop: 10, tail: 'align' });
    expect([...(only?.samples ?? [])]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2]);
  });

  test('a hop that would leave gaps is refused', async () => {
    await expect(slice(30, { hop: 11, tail: 'align' })).rejects.toThrow(
      'hopSamples must be an integer from 1 to 10, got 11',
    );
  });
});
