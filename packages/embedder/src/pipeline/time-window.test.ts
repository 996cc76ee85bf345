import { windowsOf } from './clmr.ts';
import { cutFrames } from './time-window.ts';

/** Stereo: sample i of the left channel is i, of the right -i. */
const stereo = (frames: number) =>
  Float32Array.from({ length: frames * 2 }, (_, i) => (i % 2 ? -(i >> 1) : i >> 1));

async function* chunked(samples: Float32Array, size: number) {
  for (let at = 0; at < samples.length; at += size) yield samples.slice(at, at + size);
}

const cut = async (frames: number, range: number, step: number, chunk: number) => {
  const pieces: [start: number, length: number][] = [];
  const chunks = chunked(stereo(frames), chunk * 2);
  for await (const { start, samples } of cutFrames({ chunks, channels: 2 }, range, step)) {
    samples.forEach((sample, i) => {
      expect(Math.abs(sample)).toBe(start + (i >> 1));
    });
    pieces.push([start, samples.length / 2]);
  }
  return pieces;
};

describe('cutFrames', () => {
  test.each([1, 3, 7, 10, 100])('gives the same pieces in chunks of %i frames', async (chunk) => {
    expect(await cut(25, 10, 10, chunk)).toEqual([
      [0, 10],
      [10, 10],
      [20, 5],
    ]);
    expect(await cut(20, 10, 10, chunk)).toEqual([
      [0, 10],
      [10, 10],
    ]);
    expect(await cut(22, 10, 6, chunk)).toEqual([
      [0, 10],
      [6, 10],
      [12, 10],
    ]);
    expect(await cut(23, 10, 6, chunk)).toEqual([
      [0, 10],
      [6, 10],
      [12, 10],
      [18, 5],
    ]);
    expect(await cut(40, 5, 12, chunk)).toEqual([
      [0, 5],
      [12, 5],
      [24, 5],
      [36, 4],
    ]);
    expect(await cut(7, 10, 3, chunk)).toEqual([[0, 7]]);
    expect(await cut(0, 10, 3, chunk)).toEqual([]);
  });
});

describe('windowsOf', () => {
  const frames = (count: number) => ({ samples: stereo(count), sampleRate: 22_050, channels: 2 });

  test('channels apart, time-major, the rest dropped', () => {
    const windows = windowsOf(frames(59_049 * 2 + 59_000));
    expect(windows.map((window) => [window.length, window[1]])).toEqual([
      [59_049, 1],
      [59_049, -1],
      [59_049, 59_050],
      [59_049, -59_050],
    ]);
  });

  test('from 2 s up to a window the signal is repeated', () => {
    const [left] = windowsOf(frames(44_100));
    expect(left).toHaveLength(59_049);
    expect(left?.[44_099]).toBe(44_099);
    expect(left?.[44_101]).toBe(1);
  });

  test('under 2 s is too short, by name', () => {
    expect(() => windowsOf({ ...frames(44_099), source: 'a.wav' })).toThrow(
      expect.objectContaining({ code: 'AUDIO_TOO_SHORT', message: expect.stringContaining('a.wav') }),
    );
  });
});
