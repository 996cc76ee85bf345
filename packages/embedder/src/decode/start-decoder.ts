import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { inputPath, SAFE_INPUT } from '@soundalike/source';
import { SAMPLE_RATE } from '../embedder.ts';
import type { DecodeOptions } from './decode-audio.ts';
import { downmixFilter } from './downmix-filter.ts';

/** Bytes in one write of ffmpeg: with its default of 4 kB three minutes come in 7,741 chunks, with this in 566. */
const BLOCK_BYTES = 1_048_576;

/** A running ffmpeg: what it said so far, and how it ended. */
export interface Decoder {
  readonly child: ChildProcess;
  words(): string;
  readonly closed: Promise<[exitCode: number | null, death: NodeJS.Signals | null]>;
  /** Ends it and lets go of what it gave: unread, that would keep the pipe open. */
  stop(): void;
}

/** Starts ffmpeg on an input that has this many channels; the signal ends it. Its output waits until it is read. */
export const startDecoder = (
  { input, ffmpeg, channels, from, to, maxSeconds, nice, signal }: DecodeOptions,
  sourceChannels: number,
): Decoder => {
  const isPath = 'path' in input;
  const source = isPath
    ? [...SAFE_INPUT, '-i', inputPath(input.path)]
    : ['-nostdin', '-f', 'f32le', '-ar', `${input.sampleRate}`, '-ac', `${input.channels}`, '-i', 'pipe:0'];
  // As output options: -ss before -i jumps by the index and misses by a frame or more in some formats.
  const limit = Math.min(
    (to ?? Infinity) - (from ?? 0),
    maxSeconds === undefined ? Infinity : maxSeconds + 1,
  );
  const range = [
    ...(from ? ['-ss', `${from}`] : []),
    ...(Number.isFinite(limit) ? ['-t', `${Math.max(limit, 0)}`] : []),
  ];
  const child = spawn(
    ffmpeg,
    [
      '-v',
      'error',
      ...source,
      '-map',
      '0:a:0',
      '-vn',
      '-sn',
      '-dn',
      '-threads',
      '1',
      ...range,
      ...(channels === 'mix' ? ['-af', downmixFilter(sourceChannels)] : []),
      '-ar',
      `${SAMPLE_RATE}`,
      '-f',
      'f32le',
      '-blocksize',
      `${BLOCK_BYTES}`,
      'pipe:1',
    ],
    { stdio: [isPath ? 'ignore' : 'pipe', 'pipe', 'pipe'] },
  );
  lowerPriority(child, nice);
  // When a child ends, Node lets flow what nobody listens for: of audio that fits the pipe nothing would be left for a reader who comes later.
  child.stdout?.on('readable', () => undefined);
  const closed = once(child, 'close').catch(() => [1, null]) as Decoder['closed'];
  const abort = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', abort, { once: true });
  void closed.then(() => signal?.removeEventListener('abort', abort));
  const stop = () => {
    child.kill('SIGKILL');
    child.stdout?.destroy();
  };
  return { child, words: collectWords(child), closed, stop };
};

const lowerPriority = (child: ChildProcess, nice: number | undefined) => {
  if (!nice || child.pid === undefined) return;
  try {
    setPriority(child.pid, nice);
  } catch {
    // It ended already, or the system forbids it: only politeness is lost.
  }
};

const collectWords = (child: ChildProcess): (() => string) => {
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-4000);
  });
  child.once('error', (error) => {
    words = error.message;
  });
  return () => words;
};
