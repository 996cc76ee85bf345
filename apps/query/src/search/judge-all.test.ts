import type { ModelInfo } from '@soundalike/embedder';
import { seededRandom } from '../quality/seeded-random.ts';
import type { JudgedTrack } from './judge.ts';
import { judgeAll } from './judge-all.ts';
import type { QuerySeed } from './seed-windows.ts';
import { createStopwatch } from './stopwatch.ts';

const ALL_BITS = 0xff_ff_ff;
const LIMITS = { strong: 0.14, all: 0.2, margin: 0.08 };
const CALIBRATION: ModelInfo['calibration'] = {
  midpoint: 0.5,
  slope: 10,
  floor: { mean: 0, deviation: 0, ceiling: 0.1 },
  sameRecording: 0.9,
};
/** 20 s. */
const WORDS = 430;
const WORD_SECONDS = 1024 / 22_050;

const random = seededRandom(5);
const words = (count: number) => Uint32Array.from({ length: count }, () => Math.floor(random() * ALL_BITS));
/** The same with this share of its bits turned over. */
const spoilt = (signal: Uint32Array, share: number) =>
  signal.map((word) =>
    Array.from({ length: 24 }).reduce<number>((w, _, bit) => (random() < share ? w ^ (1 << bit) : w), word),
  );

const vector = Float32Array.from([1, 0]);
const track = (signature: Uint32Array): JudgedTrack => ({
  signature,
  durationMs: signature.length * WORD_SECONDS * 1000,
  clips: Array.from({ length: 7 }, (_, at) => ({
    trackId: 't',
    startMs: at * 2678,
    durationMs: 2678,
    vector,
  })) as unknown as JudgedTrack['clips'],
});

const ask = (signal: Uint32Array, tracks: readonly Uint32Array[]) => {
  const query: QuerySeed = {
    windows: [{ startMs: 0, vector }],
    durationMs: signal.length * WORD_SECONDS * 1000,
    hopMs: 670,
    weight: 1,
    signature: {
      shifted: [{ words: signal, strong: signal.map(() => ALL_BITS), shiftSeconds: 0 }],
      startMs: 0,
      bits: 'strong',
    },
  };
  const model = { calibration: CALIBRATION, signature: LIMITS };
  return judgeAll(query, tracks.map(track), model, createStopwatch());
};

const song = words(WORDS);
const isSame = (judged: ReturnType<typeof ask>) => judged.map(({ isSameRecording }) => isSameRecording);

test('another take that agrees far less than the recording itself is not the same; alone it would be', () => {
  const take = spoilt(song, 0.12);
  const excerpt = song.slice(100, 230);
  expect(isSame(ask(excerpt, [take]))).toEqual([true]);
  const [relative, own] = ask(excerpt, [take, song]);
  expect(own).toMatchObject({ isSameRecording: true, errorRate: 0 });
  expect(own?.matches[0]?.trackFrom).toBeCloseTo(100 * WORD_SECONDS, 1);
  expect(relative).toMatchObject({ isSameRecording: false, similarity: 1 });
  expect(relative?.errorRate).toBeUndefined();
  expect(relative?.matches.length).toBeGreaterThan(0);
});

test('copies of one recording stay the same recording', () => {
  expect(isSame(ask(song.slice(100, 230), [song, spoilt(song, 0.05), words(WORDS)]))).toEqual([
    true,
    true,
    false,
  ]);
});

test('a short copy does not put down the whole recording for a piece in which that is hard to hear', () => {
  const whole = words(1500);
  const heard = Uint32Array.from([...whole.slice(0, 1000), ...spoilt(whole, 0.12).slice(1000, 1290)]);
  expect(isSame(ask(heard, [whole, whole.slice(0, 430)]))).toEqual([true, true]);
});

test('in a mix each passage has its own recording, however well another one is heard', () => {
  const second = words(WORDS);
  const mix = Uint32Array.from([...song.slice(0, 215), ...spoilt(second, 0.12).slice(0, 215)]);
  expect(isSame(ask(mix, [song, second]))).toEqual([true, true]);
});
