import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import {
  type Embedder,
  embedTrack,
  type ScoreCalibration,
  type SpaceTransform,
  toSpace,
} from '@soundalike/embedder';
import { inputPath, runFfmpeg } from '@soundalike/source';
import type { ClipRow } from '@soundalike/store';
import { bestAlignment, maxSimilarity, similarityMatrix } from '../search/align.ts';
import { QUERY_HOP_SAMPLES, type QuerySeed } from '../search/seed-windows.ts';

/** Length of the excerpts asked with, seconds. */
const EXCERPT_SECONDS = 8;

/** Fewer tracks say too little about chance. */
const MIN_TRACKS = 20;

export interface CalibrateOptions {
  /** Raw vectors are what is asked of it; its own transform is ignored. */
  readonly embedder: Embedder;
  readonly ffmpeg: string;
  /** Audio files, each another recording, none of them in the samples or a benchmark. */
  readonly files: readonly string[];
  /** Kept as it is; without it the centre is fitted, too. */
  readonly transform?: SpaceTransform | undefined;
  readonly signal: AbortSignal;
  onProgress?(done: number, total: number): void;
}

export interface Calibrated {
  readonly transform: SpaceTransform;
  readonly calibration: ScoreCalibration;
  /** What the fit saw, for people to judge it: cosines of own tracks and of strangers. */
  readonly seen: {
    readonly tracks: number;
    readonly own: Spread;
    readonly strangers: Spread;
    readonly ownAligned: Spread;
    readonly strangersAligned: Spread;
  };
}

export interface Spread {
  readonly p5: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

interface Heard {
  readonly clips: readonly { startMs: number; raw: Float32Array }[];
  readonly excerpt: readonly { startMs: number; raw: Float32Array }[];
}

/**
 * Fits a model's centre and score calibration to a collection: each track is asked for by an excerpt of itself that starts between clips
 * and went through 64 kbit/s MP3; own tracks say what the same recording looks like, all others what chance does.
 *
 * @throws SoundalikeError `INPUT_INVALID` for too few files, and those of decoding and embedding
 */
export const calibrateModel = async (options: CalibrateOptions): Promise<Calibrated> => {
  const { files, onProgress } = options;
  if (files.length < MIN_TRACKS)
    throw new SoundalikeError(
      'INPUT_INVALID',
      `Calibrating needs at least ${MIN_TRACKS} tracks, got ${files.length}`,
    );
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-calibrate-'));
  try {
    const heard: Heard[] = [];
    for (const [index, file] of files.entries()) {
      heard.push(await hear(file, index, folder, options));
      onProgress?.(index + 1, files.length);
    }
    return fit(heard, options.transform);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const hear = async (
  path: string,
  index: number,
  folder: string,
  { embedder, ffmpeg, signal }: CalibrateOptions,
): Promise<Heard> => {
  const { clips, durationSeconds } = await embedTrack({ input: { path }, embedder, ffmpeg, signal });
  // Spread over the track without randomness, so that a fit can be repeated: the golden ratio's multiples are evenly unaligned.
  const from = ((index * 0.618_033_988) % 1) * Math.max(durationSeconds - EXCERPT_SECONDS, 0);
  const target = join(folder, `${index}.mp3`);
  const { exitCode, words } = await runFfmpeg({
    ffmpeg,
    timeoutMs: 60_000,
    signal,
    arguments: [
      '-v',
      'error',
      '-y',
      '-i',
      inputPath(path),
      '-ss',
      `${from}`,
      '-t',
      `${EXCERPT_SECONDS}`,
      '-map',
      '0:a:0',
      '-c:a',
      'libmp3lame',
      '-b:a',
      '64k',
      target,
    ],
  });
  if (exitCode !== 0)
    throw new SoundalikeError('AUDIO_UNDECODABLE', `${path}: no excerpt could be cut`, { detail: words });
  const excerpt = await embedTrack({
    input: { path: target },
    embedder,
    ffmpeg,
    hopSamples: QUERY_HOP_SAMPLES,
    signal,
  });
  return { clips, excerpt: excerpt.clips };
};

const fit = (heard: readonly Heard[], given: SpaceTransform | undefined): Calibrated => {
  const transform = given ?? { mean: meanOf(heard.flatMap(({ clips }) => clips.map(({ raw }) => raw))) };
  const tracks = heard.map(({ clips }) =>
    clips.map(({ startMs, raw }): ClipRow => ({ startMs, ...toSpace(raw, transform) })),
  );
  const queries = heard.map(({ excerpt }): QuerySeed => {
    const windows = excerpt.map(({ startMs, raw }) => ({ startMs, vector: toSpace(raw, transform).vector }));
    return {
      windows,
      durationMs: EXCERPT_SECONDS * 1000,
      hopMs: (QUERY_HOP_SAMPLES / 22_050) * 1000,
      weight: 1,
    };
  });
  const own = { alike: [] as number[], aligned: [] as number[] };
  const strangers = { alike: [] as number[][], aligned: [] as number[] };
  queries.forEach((query, asked) => {
    const others: number[] = [];
    tracks.forEach((clips, track) => {
      const matrix = similarityMatrix(query, clips);
      const alike = maxSimilarity(matrix);
      const aligned = bestAlignment(query, clips, matrix)?.similarity;
      if (track === asked) own.alike.push(alike);
      else others.push(alike);
      if (aligned !== undefined) (track === asked ? own.aligned : strangers.aligned).push(aligned);
    });
    strangers.alike.push(others);
  });
  const chance = strangers.alike.map((others) => Math.max(...others));
  const lowOwn = quantile(own.alike, 0.05);
  // Where strangers come as close as weak own matches, a score says little; it is then half at what chance reaches.
  const midpoint = Math.max((median(chance) + lowOwn) / 2, median(chance));
  return {
    transform,
    calibration: {
      midpoint: round(midpoint),
      // A weak match of the same recording scores 0.95.
      slope: round(Math.log(19) / Math.max(lowOwn - midpoint, 0.05)),
      floor: fitFloor(strangers.alike),
      sameRecording: round(sameRecordingThreshold(own.aligned, strangers.aligned)),
    },
    seen: {
      tracks: heard.length,
      own: spread(own.alike),
      strangers: spread(chance),
      ownAligned: spread(own.aligned),
      strangersAligned: spread(strangers.aligned),
    },
  };
};

/**
 * The best of N strangers comes closer as N grows, about evenly with log N. The line goes through the medians at a tenth of the strangers and
 * at all of them.
 */
const fitFloor = (strangers: readonly (readonly number[])[]): ScoreCalibration['floor'] => {
  const count = strangers[0]?.length ?? 1;
  const few = Math.max(Math.floor(count / 10), 1);
  const bestOf = (size: number) =>
    median(
      strangers.map((others) =>
        Math.max(...others.filter((_, index) => index % Math.floor(count / size) === 0).slice(0, size)),
      ),
    );
  const perDecade = (bestOf(count) - bestOf(few)) / Math.log10(count / few);
  return { base: round(bestOf(count) - perDecade * Math.log10(count)), perDecade: round(perDecade) };
};

/** A third of the way from the closest stranger to a weak own match; where they overlap, what only one stranger in a thousand reaches. */
const sameRecordingThreshold = (own: readonly number[], strangers: readonly number[]): number => {
  const closest = Math.max(...strangers);
  const weak = quantile(own, 0.05);
  return weak > closest ? closest + (weak - closest) / 3 : quantile(strangers, 0.999);
};

const meanOf = (vectors: readonly Float32Array[]): Float32Array => {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
  return Float32Array.from(sum, (value) => value / vectors.length);
};

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};

const median = (values: readonly number[]): number => quantile(values, 0.5);

const spread = (values: readonly number[]): Spread => ({
  p5: round(quantile(values, 0.05)),
  median: round(median(values)),
  p99: round(quantile(values, 0.99)),
  max: round(Math.max(...values)),
});

const round = (value: number): number => Math.round(value * 1e4) / 1e4;
