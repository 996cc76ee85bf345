import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A private server started for a test. */
export interface Service {
  readonly url: string;
  readonly pid: number;
  /** SIGKILL, as a crash; the data stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data after `kill`. */
  restart(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  /** Name for error messages, and how to install it. */
  readonly name: string;
  readonly install: string;
  readonly url: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly spawn?: SpawnOptions;
  /** Resolves when the server answers; called until it does. */
  isReady(): Promise<boolean>;
  readonly readyTimeoutMs?: number;
  /** Signal for an orderly stop; SIGTERM unless told. */
  readonly stopSignal?: NodeJS.Signals;
}

/** Runs a server as a child process until it answers; it dies with this process. */
export const startService = async (options: ServiceOptions): Promise<Service> => {
  let child: ChildProcess;
  let output = '';
  const start = async () => {
    child = spawn(options.command, [...options.arguments], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options.spawn,
    });
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    const keepTail = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
    };
    child.stdout?.on('data', keepTail);
    child.stderr?.on('data', keepTail);
    const deadline = Date.now() + (options.readyTimeoutMs ?? 30_000);
    while (!(await options.isReady().catch(() => false))) {
      if (failure) throw new Error(`Cannot start ${options.name} (${failure.message}). ${options.install}`);
      if (child.exitCode !== null)
        throw new Error(`${options.name} ended with ${child.exitCode}:\n${output}`);
      if (Date.now() > deadline) throw new Error(`${options.name} did not answer in time:\n${output}`);
      await sleep(100);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  };
  const killAtExit = () => void child?.kill('SIGKILL');
  process.once('exit', killAtExit);
  await start();
  return {
    url: options.url,
    get pid() {
      return child.pid ?? 0;
    },
    kill: () => end('SIGKILL'),
    restart: start,
    stop: async () => {
      await end(options.stopSignal ?? 'SIGTERM');
      process.removeListener('exit', killAtExit);
    },
  };
};
