import { join } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { type EmbeddedClip, type Embedder, embedTrack } from '@soundalike/embedder';
import { inputPath, runFfmpeg } from '@soundalike/source';
import { QUERY_HOP_SAMPLES } from '../search/seed-windows.ts';

/** Length of the excerpts asked with, seconds. */
export const EXCERPT_SECONDS = 8;

/**
 * An excerpt of a file that starts between clips and went through 64 kbit/s MP3, as raw vectors.
 *
 * @param options.index of the track among all: decides where the excerpt starts
 * @throws SoundalikeError `AUDIO_UNDECODABLE`, and those of embedding
 */
export const hearExcerpt = async (options: {
  path: string;
  index: number;
  durationSeconds: number;
  /** Where the excerpt is written; the caller removes it. */
  folder: string;
  embedder: Embedder;
  ffmpeg: string;
  signal: AbortSignal;
}): Promise<readonly EmbeddedClip[]> => {
  const { path, index, durationSeconds, folder, embedder, ffmpeg, signal } = options;
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
  return excerpt.clips;
};
