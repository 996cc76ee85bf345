import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { type Embedder, embedTrack, type SpaceTransform } from '@soundalike/embedder';
import { type Calibrated, fitCalibration, type Heard, MIN_TRACKS } from './fit-calibration.ts';
import { hearExcerpt } from './hear-excerpt.ts';

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
    return fitCalibration(heard, options.transform);
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
  const excerpt = await hearExcerpt({ path, index, durationSeconds, folder, embedder, ffmpeg, signal });
  return { clips, excerpt };
};
