import { spawn } from 'node:child_process';
import { SoundalikeError } from '@soundalike/core/errors';

/** Longest text kept of what ffmpeg says, characters. */
const MAX_WORDS = 4000;

export interface FfmpegRun {
  readonly exitCode: number;
  readonly stdout: Buffer;
  /** ffmpeg's last words. */
  readonly words: string;
}

/**
 * Runs ffmpeg to its end and keeps its small output. For decoding to PCM see the embedder's `decode`.
 *
 * @throws SoundalikeError `DECODER_CRASHED` when a signal ended it, `TIMEOUT` after `timeoutMs` (the process is killed), `CANCELLED` when aborted
 */
export const runFfmpeg = (options: {
  ffmpeg: string;
  arguments: readonly string[];
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}): Promise<FfmpegRun> =>
  new Promise((resolve, reject) => {
    const child = spawn(options.ffmpeg, [...options.arguments], { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let words = '';
    let failure: SoundalikeError | undefined;
    const end = (error: SoundalikeError) => {
      failure ??= error;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(
      () => end(new SoundalikeError('TIMEOUT', `ffmpeg took longer than ${options.timeoutMs / 1000} s`)),
      options.timeoutMs,
    );
    const abort = () => end(new SoundalikeError('CANCELLED', 'Stopped while ffmpeg was at work'));
    if (options.signal?.aborted) abort();
    options.signal?.addEventListener('abort', abort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-MAX_WORDS);
    });
    child.once('error', (cause) => {
      failure ??= new SoundalikeError('FFMPEG_MISSING', `${options.ffmpeg} does not run: ${cause.message}`, {
        cause,
      });
    });
    child.once('close', (code, death) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      if (death)
        failure ??= new SoundalikeError('DECODER_CRASHED', `ffmpeg ended by ${death}`, {
          detail: lastWords(words),
        });
      if (failure) reject(failure);
      else resolve({ exitCode: code ?? 1, stdout: Buffer.concat(chunks), words });
    });
  });

/** The protocols ffmpeg may open: a playlist or a crafted file must not make it fetch or read elsewhere. */
export const SAFE_INPUT = ['-nostdin', '-protocol_whitelist', 'file,pipe'] as const;

/** A path as ffmpeg's `-i` must get it: with `file:` in front, a name such as `http:x` or `-y` is only a name. */
export const inputPath = (path: string): string => `file:${path}`;

/** The last lines of ffmpeg's words that matter, without addresses of its objects. */
export const lastWords = (words: string): string =>
  words
    .replace(/ @ 0x[0-9a-f]+/g, '')
    .trim()
    .split('\n')
    .slice(-3)
    .join('\n');
