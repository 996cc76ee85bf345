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
  ...extra,
});
const activity = (extra: Partial<RunActivity> = {}): RunActivity => ({
  embeddedItems: 40,
  embeddedBytes: 4_000_000,
  leftBytes: 2_000_000,
  leftUnsized: 0,
  activeStages: { embed: 2 },
  recent: {
    items: 20,
    audioSeconds: 1_800,
    since: NOW - 180_000,
    stages: { fetch: 10, decode: 30, embed: 160 },
  },
  ...extra,
});

describe('progressOf', () => {
  test('rate of the last minutes, time left from audio left, the bottleneck', () => {
    const progress = progressOf(7, counts(), activity(), NOW);
    expect(progress).toMatchObject({
      run: 7,
      total: 100,
      done: 50,
      // 2,000,000 bytes at 500 bytes a second of audio, of which four in five are embedded: 3,200 s, ten times faster than listening.
      etaSeconds: 320,
      bottleneck: 'embed',
      stages: { fetch: 0.05, decode: 0.15, embed: 0.8 },
    });
    expect(progress.rate?.audioPerSecond).toBeCloseTo(10);
    expect(progress.rate?.tracksPerMinute).toBeCloseTo(20 / 3);
  });

  test('a young run counts from its first item, not from three minutes ago', () => {
    const recent = { items: 5, audioSeconds: 100, since: NOW - 10_000, stages: {} };
    expect(progressOf(1, counts(), activity({ recent }), NOW).rate).toEqual({
      tracksPerMinute: 30,
      audioPerSecond: 10,
    });
  });

  test('links have no size: tracks of average length stand in', () => {
    const progress = progressOf(1, counts(), activity({ leftBytes: 0, leftUnsized: 50 }), NOW);
    expect(progress.etaSeconds).toBe((50 * (8_000 / 50)) / 10);
  });

  test('where nothing needs embedding, tracks count; where nothing ended, nothing is promised', () => {
    const recent = { items: 30, audioSeconds: 0, since: NOW - 60_000, stages: {} };
    expect(progressOf(1, counts(), activity({ recent }), NOW).etaSeconds).toBe(100);
    const nothing = { items: 0, audioSeconds: 0, since: null, stages: {} };
    expect(progressOf(1, counts(), activity({ recent: nothing }), NOW)).toMatchObject({
      rate: null,
      etaSeconds: null,
      bottleneck: null,
    });
  });
});

test('progress in three lines', () => {
  expect(formatProgress(progressOf(7, counts(), activity(), NOW))).toEqual([
    '████████████░░░░░░░░░░░░ 50/100 tracks · 5 failed',
    '2:13 h of audio · 7 tracks a minute · 10.0 times real time',
    '5:20 min left · most time goes into embed (embed 80 %, decode 15 %, fetch 5 %)',
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
