import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { SoundalikeError } from '@soundalike/core/errors';
import { inputPath, lastWords, runFfmpeg, SAFE_INPUT } from './run-ffmpeg.ts';

/** What ffmpeg says about a file before it is decoded. */
export interface Probe {
  /** Seconds; null where the container does not say. */
  readonly durationSeconds: number | null;
  readonly codec: string;
  readonly channels: number;
  /** Hz. */
  readonly sampleRate: number;
}

const TIMEOUT_MS = 30_000;

/** Channel counts of the layouts that ffmpeg names instead of counting. */
const LAYOUTS: Readonly<Record<string, number>> = {
  mono: 1,
  stereo: 2,
  downmix: 2,
  '2.1': 3,
  '3.0': 3,
  '3.0(back)': 3,
  '4.0': 4,
  quad: 4,
  'quad(side)': 4,
  '3.1': 4,
  '5.0': 5,
  '5.0(side)': 5,
  '4.1': 5,
  '5.1': 6,
  '5.1(side)': 6,
  '6.0': 6,
  '6.0(front)': 6,
  hexagonal: 6,
  '6.1': 7,
  '6.1(back)': 7,
  '6.1(front)': 7,
  '7.0': 7,
  '7.0(front)': 7,
  '7.1': 8,
  '7.1(wide)': 8,
  '7.1(wide-side)': 8,
  octagonal: 8,
  hexadecagonal: 16,
};

/**
 * Reads duration, codec, channels and sample rate of the first audio stream from ffmpeg's own description.
 *
 * @throws SoundalikeError `SOURCE_NOT_FOUND`, `SOURCE_FORBIDDEN`, `SOURCE_EMPTY`, `NO_AUDIO_STREAM`, `AUDIO_UNDECODABLE`
 */
export const probeAudio = async (options: {
  path: string;
  ffmpeg: string;
  signal?: AbortSignal | undefined;
}): Promise<Probe> => {
  const { path, ffmpeg, signal } = options;
  await checkReadable(path);
  const { words } = await runFfmpeg({
    ffmpeg,
    arguments: ['-hide_banner', ...SAFE_INPUT, '-i', inputPath(path)],
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  const stream = /Stream #\d+:\d+.*?: Audio: (.+)/.exec(words)?.[1];
  if (!stream) {
    const isMedia = /Input #0/.test(words);
    if (isMedia)
      throw new SoundalikeError('NO_AUDIO_STREAM', `${path} holds no audio stream`, { fields: { path } });
    throw new SoundalikeError('AUDIO_UNDECODABLE', `${path} is not audio that ffmpeg can read`, {
      fields: { path },
      detail: lastWords(words),
    });
  }
  const duration = /Duration: (\d+):(\d+):(\d+(?:\.\d+)?)/.exec(words);
  return {
    durationSeconds: duration
      ? Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3])
      : null,
    codec: /^[\w-]+/.exec(stream)?.[0] ?? 'unknown',
    channels: channelsOf(stream),
    sampleRate: Number(/(\d+) Hz/.exec(stream)?.[1] ?? 0),
  };
};

const channelsOf = (stream: string): number => {
  const layout = /\d+ Hz, ([^,]+)/.exec(stream)?.[1]?.trim() ?? 'mono';
  const counted = /^(\d+) channels/.exec(layout)?.[1];
  return counted ? Number(counted) : (LAYOUTS[layout] ?? 2);
};

/**
 * Tells a missing, forbidden or empty file from one that ffmpeg cannot read.
 *
 * @throws SoundalikeError `SOURCE_NOT_FOUND`, `SOURCE_FORBIDDEN`, `SOURCE_EMPTY`
 */
export const checkReadable = async (path: string): Promise<void> => {
  // Not blocking: opening a pipe would wait for its writer, perhaps forever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause) => {
    throw fileError(path, cause);
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw fileError(path, { code: found.isDirectory() ? 'EISDIR' : 'ENXIO' });
    if (found.size === 0)
      throw new SoundalikeError('SOURCE_EMPTY', `${path} is empty (0 bytes)`, { fields: { path } });
  } finally {
    await file.close();
  }
};

/** Turns a file system error into one of ours. */
export const fileError = (path: string, cause: unknown): SoundalikeError => {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') {
    return new SoundalikeError('SOURCE_FORBIDDEN', `${path} may not be read (${code})`, {
      cause,
      fields: { path },
    });
  }
  if (
    code === 'ENOENT' ||
    code === 'ENOTDIR' ||
    code === 'ENAMETOOLONG' ||
    code === 'ELOOP' ||
    code === 'EISDIR' ||
    code === 'ENXIO' ||
    code === 'ERR_INVALID_ARG_VALUE'
  ) {
    return new SoundalikeError('SOURCE_NOT_FOUND', wordsOf(path, code), { cause, fields: { path } });
  }
  return new SoundalikeError('INTERNAL', `${path}: ${message}`, { cause, fields: { path } });
};

const wordsOf = (path: string, code: string): string => {
  if (code === 'EISDIR') return `${path} is a folder, where a file belongs`;
  if (code !== 'ENOENT') return `${path} is not a file that can be read (${code})`;
  // Node gives U+FFFD for bytes of a name that are not UTF-8, and by that name no file is found.
  if (path.includes('\uFFFD'))
    return `${path} has a name that is not valid UTF-8, so it cannot be opened: rename it, for example with convmv -f ISO-8859-1 -t UTF-8 --notest`;
  return `${path} does not exist`;
};
