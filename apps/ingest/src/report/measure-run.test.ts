import type { RunActivity, RunCounts } from '@soundalike/catalogue';
import { progressOf } from './measure-run.ts';
import { createProgress, formatProgress } from './show-progress.ts';

const NOW = 1_000_000_000;
const counts = (extra: Partial<RunCounts> = {}): RunCounts => ({
  total: 112,
  queued: 48,
  active: 2,
  outcomes: { indexed: 40, unchanged: 10, duplicate: 5, failed: 5, gone: 2, cancelled: 0 },
  audioSeconds: 8_000,
  handedOver: 0,
  ...extra,
});
/** Items that ended one after the other up to now, each for the length of its audio. */
const ended = (
  audio: readonly number[],
  { every = 9_000, inHand = (_audio: number): number => 18_000 } = {},
) =>
  audio.map((audioSeconds, i) => ({
    startedAt: NOW - i * every - inHand(audioSeconds),
    finishedAt: NOW - i * every,
    audioSeconds,
  }));
const wav = {
  ended: { items: 50, bytes: 5_000_000, audioSeconds: 8_000 },
  left: { items: 50, bytes: 5_000_000 },
};
const activity = (extra: Partial<RunActivity> = {}): RunActivity => ({
  formats: [wav],
  leftUnsized: 0,
  activeStages: { embed: 2 },
  recent: { ended: ended(Array(20).fill(90)), stages: { fetch: 10, decode: 30, embed: 160 } },
  ...extra,
});
const etaOf = (extra: Partial<RunActivity>) => progressOf(1, counts(), activity(extra), NOW).etaSeconds ?? 0;

describe('progressOf', () => {
  test('rate of the last minutes, time left from audio left, the bottleneck', () => {
    const progress = progressOf(7, counts(), activity(), NOW);
    expect(progress).toMatchObject({
      run: 7,
      total: 100,
      done: 50,
      bottleneck: 'embed',
      stages: { fetch: 0.05, decode: 0.15, embed: 0.8 },
    });
    // An item in 9 s, each of 90 s of audio; those left have 160 s each.
    expect(progress.rate?.audioPerSecond).toBeGreaterThan(9);
    expect(progress.rate?.audioPerSecond).toBeLessThan(11);
    expect(progress.etaSeconds).toBeCloseTo((50 * 160) / (progress.rate?.audioPerSecond ?? 0));
  });

  test('a young run counts from its first item, not from minutes ago', () => {
    const recent = { ended: ended(Array(5).fill(20), { every: 2_000, inHand: () => 2_000 }), stages: {} };
    const { rate } = progressOf(1, counts(), activity({ recent }), NOW);
    expect(rate?.tracksPerMinute).toBeGreaterThan(28);
    expect(rate?.tracksPerMinute).toBeLessThan(32);
  });

  test('while only broken files have ended, nobody knows how long the rest takes', () => {
    const recent = { ended: ended(Array(5).fill(0), { every: 20, inHand: () => 20 }), stages: {} };
    const outcomes = { ...counts().outcomes, indexed: 0, duplicate: 0, failed: 5 };
    expect(progressOf(1, counts({ outcomes }), activity({ recent }), NOW).etaSeconds).toBeNull();
  });

  test('an item costs an overhead and its length: copies and broken files are nearly free, long files are not', () => {
    // 1 s each, and 1 s for 10 s of audio; every other one is a copy.
    const mixed = ended(
      Array.from({ length: 40 }, (_, i) => (i % 2 ? 0 : 90)),
      { every: 1_000, inHand: (audio) => 1_000 + audio * 100 },
    );
    const recent = { ended: mixed, stages: {} };
    const left = (audioSeconds: number) =>
      etaOf({ recent, formats: [{ ...wav, left: { items: 50, bytes: 50 * (audioSeconds / 0.0016) } }] });
    // Against the mean of 45 s, 5.5 s in hand: nothing but copies 1 s, an hour each 361 s.
    expect(left(0) / left(45)).toBeCloseTo(1 / 5.5, 1);
    expect(left(3_600) / left(45)).toBeCloseTo(361 / 5.5, 0);
  });

  test('a byte is worth what it was in its own format', () => {
    const flac = { ended: { items: 25, bytes: 40_000_000, audioSeconds: 4_000 } };
    const mp3 = { ended: { items: 25, bytes: 4_000_000, audioSeconds: 4_000 } };
    const none = { items: 0, bytes: 0 };
    const one = etaOf({
      formats: [
        { ...flac, left: { items: 50, bytes: 80_000_000 } },
        { ...mp3, left: none },
      ],
    });
    const other = etaOf({
      formats: [
        { ...flac, left: none },
        { ...mp3, left: { items: 50, bytes: 8_000_000 } },
      ],
    });
    expect(one).toBeCloseTo(other);
  });

  test('links have no size: tracks of average length stand in', () => {
    const { rate, etaSeconds } = progressOf(1, counts(), activity({ formats: [], leftUnsized: 50 }), NOW);
    expect(etaSeconds).toBeCloseTo((50 / (rate?.tracksPerMinute ?? 0)) * 60);
  });

  test('where nothing needs embedding, tracks count; where nothing ended, nothing is promised', () => {
    const recent = {
      ended: ended(Array(30).fill(0), { every: 2_000, inHand: () => 2_000 }),
      stages: {},
    };
    const { rate, etaSeconds } = progressOf(1, counts(), activity({ recent }), NOW);
    expect(etaSeconds).toBeCloseTo((50 / (rate?.tracksPerMinute ?? 0)) * 60);
    expect(progressOf(1, counts(), activity({ recent: { ended: [], stages: {} } }), NOW)).toMatchObject({
      rate: null,
      etaSeconds: null,
      bottleneck: null,
    });
  });
});

test('progress in three lines', () => {
  expect(formatProgress(progressOf(7, counts(), activity(), NOW))).toEqual([
    '████████████░░░░░░░░░░░░ 50/100 tracks · 5 failed',
    '2:13 h of audio · 7 tracks a minute · 10.2 times real time',
    '13:06 min left · most time goes into embed (embed 80 %, decode 15 %, fetch 5 %)',
  ]);
});

test('a terminal is drawn over, no line longer than it is wide; elsewhere lines come now and then', () => {
  const drawn: string[] = [];
  const progress = createProgress({
    isTerminal: true,
    write: () => undefined,
    draw: (text) => drawn.push(text),
    columns: () => 40,
  });
  progress.found(12_000);
  progress.update(progressOf(7, counts(), activity(), NOW));
  progress.stop();
  expect(drawn[0]).toBe('Reading the source: 12,000 entries\n');
  expect(drawn[1]?.startsWith('\u001b[1A\u001b[J')).toBe(true);
  const lines = (drawn[1] as string).slice('\u001b[1A\u001b[J'.length).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBe(39);
  expect(drawn[2]).toBe('\u001b[3A\u001b[J');
  const written: string[] = [];
  createProgress({ isTerminal: false, write: (line) => written.push(line) }).found(1);
  expect(written).toEqual([]);
});
