import type { EndedItem, FormatProgress } from '@soundalike/catalogue';
import { progressOf } from './measure-run.ts';

/** A file of a simulated catalogue: what the scan sees, and what only work on it tells. */
interface SimulatedFile {
  readonly format: string;
  readonly bytes: number;
  /** 0 for copies and for what is broken. */
  readonly audioSeconds: number;
}

const createRandom = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** As the generated catalogue of bench/catalogue, with lengths of real tracks: 2 % broken (some very large), 2 % copies, three formats. */
const catalogueOf = (count: number, random: () => number): SimulatedFile[] =>
  Array.from({ length: count }, () => {
    const seconds = 120 + 240 * random() ** 2;
    const [format, bytesPerSecond] = [
      ['.mp3', 32_000],
      ['flac', 110_000],
      ['.wav', 176_000],
    ][Math.floor(random() * 3)] as [string, number];
    const kind = random();
    if (kind < 0.02) return { format, bytes: random() < 0.2 ? 2e9 : 5_000, audioSeconds: 0 };
    return {
      format,
      bytes: seconds * bytesPerSecond * (0.9 + 0.2 * random()),
      audioSeconds: kind < 0.04 ? 0 : seconds,
    };
  });

/**
 * Works files off, four at a time: half a second each and one for 100 s of audio, a quarter more or less by chance, and `slowness` times as
 * long. Says at each tenth when the run was predicted to end against when it did.
 */
const simulate = (
  files: readonly SimulatedFile[],
  random: () => number,
  slowness: (share: number) => number = () => 1,
) => {
  const hands = [0, 0, 0, 0];
  const ended: (EndedItem & SimulatedFile)[] = files.map((file, i) => {
    const hand = hands.indexOf(Math.min(...hands));
    const startedAt = hands[hand] as number;
    const cost = (500 + file.audioSeconds * 10) * (0.75 + 0.5 * random()) * slowness(i / files.length);
    hands[hand] = startedAt + cost;
    return { ...file, startedAt, finishedAt: startedAt + cost };
  });
  const end = Math.max(...hands);
  const order = [...ended].sort((a, b) => a.finishedAt - b.finishedAt);
  return [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((share) => {
    const done = order.slice(0, Math.floor(share * order.length));
    const left = order.slice(done.length);
    const now = done.at(-1)?.finishedAt ?? 0;
    const progress = progressOf(
      1,
      {
        total: files.length,
        queued: left.length,
        active: 0,
        handedOver: 0,
        audioSeconds: sum(done.map(({ audioSeconds }) => audioSeconds)),
        outcomes: { indexed: done.length, unchanged: 0, duplicate: 0, failed: 0, gone: 0, cancelled: 0 },
      },
      {
        formats: formatsOf(done, left),
        leftUnsized: 0,
        activeStages: {},
        recent: {
          ended: done
            .filter(({ finishedAt }) => finishedAt >= now - 600_000)
            .reverse()
            .slice(0, 1_000),
          stages: {},
        },
      },
      now,
    );
    return { share, said: progress.etaSeconds ?? Number.NaN, was: (end - now) / 1000 };
  });
};

/** As the catalogue adds them up: sizes up to that of the largest file that was embedded. */
const formatsOf = (done: readonly SimulatedFile[], left: readonly SimulatedFile[]): FormatProgress[] => {
  const largest = Math.max(...done.filter(({ audioSeconds }) => audioSeconds > 0).map(({ bytes }) => bytes));
  const add = (files: readonly SimulatedFile[], format: string) => {
    const own = files.filter((file) => file.format === format);
    return {
      items: own.length,
      bytes: sum(own.map(({ bytes }) => Math.min(bytes, largest))),
      audioSeconds: sum(own.map(({ audioSeconds }) => audioSeconds)),
    };
  };
  return ['.mp3', 'flac', '.wav'].map((format) => ({ ended: add(done, format), left: add(left, format) }));
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const worst = (curve: readonly { said: number; was: number }[]) =>
  Math.max(...curve.map(({ said, was }) => Math.abs(said / was - 1)));

test.each([1, 2, 3])(
  'a mixed catalogue on a steady machine: within a fifth from a fifth on (seed %d)',
  (seed) => {
    const random = createRandom(seed);
    const curve = simulate(catalogueOf(2_000, random), random);
    expect(curve).toHaveLength(8);
    expect(worst(curve)).toBeLessThan(0.2);
  },
);

test('sorted, long files of one format last: the tail is seen coming', () => {
  const random = createRandom(4);
  const files = catalogueOf(2_000, random);
  const sorted = [...files].sort((a, b) => a.audioSeconds - b.audioSeconds);
  expect(worst(simulate(sorted, random))).toBeLessThan(0.35);
  const byFormat = [...files].sort((a, b) => a.format.localeCompare(b.format));
  // Formats not met yet count at the worth of those that were, until a few of their files have ended.
  expect(worst(simulate(byFormat, random).slice(5))).toBeLessThan(0.2);
});

test('a machine that becomes half as fast is followed within minutes', () => {
  const random = createRandom(5);
  const curve = simulate(catalogueOf(4_000, random), random, (share) => (share < 0.3 ? 1 : 2));
  expect(curve[0]?.said).toBeLessThan((curve[0]?.was ?? 0) * 0.7);
  expect(worst(curve.slice(4))).toBeLessThan(0.2);
});
