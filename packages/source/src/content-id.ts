import { SoundalikeError } from '@soundalike/core/errors';
import { checkReadable } from './probe-audio.ts';
import { inputPath, lastWords, runFfmpeg, SAFE_INPUT } from './run-ffmpeg.ts';

const TIMEOUT_MS = 120_000;

/**
 * Identity of the audio in a file: a hash of the compressed packets of its first audio stream, which renaming, moving
 * and retagging do not change and any re-encoding does. Reads the file once, decodes nothing.
 *
 * @returns 128 bits as 22 base64url characters
 * @throws SoundalikeError `AUDIO_UNDECODABLE` with ffmpeg's words, `SOURCE_FORBIDDEN`, `SOURCE_NOT_FOUND`
 */
export const contentIdOf = async (options: {
  path: string;
  ffmpeg: string;
  signal?: AbortSignal | undefined;
}): Promise<string> => {
  const { path, ffmpeg, signal } = options;
  await checkReadable(path);
  const { exitCode, stdout, words } = await runFfmpeg({
    ffmpeg,
    arguments: [
      '-v',
      'error',
      ...SAFE_INPUT,
      '-i',
      inputPath(path),
      '-map',
      '0:a:0',
      '-c',
      'copy',
      '-f',
      'hash',
      '-hash',
      'sha256',
      'pipe:1',
    ],
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  const hash = /SHA256=([0-9a-f]{64})/i.exec(stdout.toString())?.[1];
  if (!hash || (exitCode !== 0 && stdout.length === 0)) {
    const code = /matches no streams/.test(words) ? 'NO_AUDIO_STREAM' : 'AUDIO_UNDECODABLE';
    throw new SoundalikeError(code, `${path}: no audio packets could be read`, {
      fields: { path },
      detail: lastWords(words),
    });
  }
  return Buffer.from(hash, 'hex').subarray(0, 16).toString('base64url');
};
