import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFfmpeg } from '@soundalike/source';

export const SAMPLES = join(__dirname, '../../../samples');
const CLI = join(__dirname, '../dist/main.js');

/** One run of the built command line. */
export interface CliRun {
  readonly child: ChildProcess;
  /** Everything on stderr so far. */
  words(): string;
  stdout(): string;
  /** Resolves to its exit code, null after a signal. */
  readonly ended: Promise<number | null>;
  /** SIGKILL, as a crash. */
  kill(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the built command line with no settings but those given. */
export const startCli = (argv: readonly string[], env: Readonly<Record<string, string>>): CliRun => {
  const child = spawn(process.execPath, [CLI, ...argv], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let [stdout, words] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-20_000);
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return {
    child,
    ended,
    words: () => words,
    stdout: () => stdout,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};

/** Runs the built command line to its end; the document on its stdout. */
export const cli = async (argv: readonly string[], env: Readonly<Record<string, string>>) => {
  const run = startCli([...argv, '--json'], env);
  const code = await run.ended;
  try {
    return { code, document: JSON.parse(run.stdout()) };
  } catch {
    throw new Error(`soundalike ${argv.join(' ')} ended with ${code}:\n${run.stdout()}\n${run.words()}`);
  }
};

/**
 * An ffmpeg that misbehaves for some calls and is the real one for all others.
 *
 * @param cases of a shell's `case` over all arguments: `*name*) command ;;`
 * @returns its path, for FFMPEG_PATH
 */
export const sickFfmpeg = async (folder: string, cases: string): Promise<string> => {
  const path = join(folder, 'ffmpeg');
  const script = `#!/bin/sh\ncase "$*" in ${cases} esac\nexec ${await findFfmpeg()} "$@"\n`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
};

/** Waits until something is so. @throws Error naming what was waited for, with what `why` knows */
export const waitUntil = async (
  what: string,
  isSo: () => Promise<boolean> | boolean,
  timeoutMs: number,
  why: () => string = () => '',
): Promise<void> => {
  for (const deadline = Date.now() + timeoutMs; !(await isSo()); await sleep(50))
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}\n${why()}`);
};

/** Starts an embedding service and waits until it listens. */
export const startEmbedderService = async (
  env: Readonly<Record<string, string>>,
  port = 0,
): Promise<CliRun & { url: string }> => {
  const run = startCli(['embedder', '--port', `${port}`, '--json'], env);
  await waitUntil('the embedding service', () => run.stdout().includes('}'), 60_000, run.words);
  return { ...run, url: JSON.parse(run.stdout()).url };
};

export const cutMp3 = (ffmpeg: string, source: string, from: number, seconds: number, target: string) => {
  mkdirSync(dirname(target), { recursive: true });
  const cut = ['-ss', `${from}`, '-t', `${seconds}`, '-i', source, '-map_metadata', '-1'];
  execFileSync(ffmpeg, [
    '-nostdin',
    '-v',
    'error',
    '-y',
    ...cut,
    '-c:a',
    'libmp3lame',
    '-b:a',
    '64k',
    target,
  ]);
  return target;
};
