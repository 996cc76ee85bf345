import { type ChildProcess, fork } from 'node:child_process';
import { compiledPath, SoundalikeError } from '@soundalike/core';
import type { Precision, Provider } from '../embedder.ts';
import type { LoadedModel } from '../model/load-model.ts';
import type { FromChild, ToChild } from './messages.ts';

/** One child with a session, computing one batch at a time. */
export interface EmbedProcess {
  readonly pid: number;
  readonly isBusy: boolean;
  /** Its size after its last batch, bytes. */
  readonly rssBytes: number;
  /** Resolves when the process is gone, for whatever reason. */
  readonly ended: Promise<void>;
  /** @throws SoundalikeError `EMBED_CRASHED` where the process died meanwhile, `EMBED_FAILED` where the network refused */
  embed(windows: Float32Array, count: number): Promise<Float32Array>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

/** A batch takes a tenth of a second; a process that needs this long is stuck. */
const RUN_TIMEOUT_MS = 120_000;

const CHILD_MAIN = compiledPath('./child-main.js', import.meta.url);

/** Starts a child and waits until its network is ready. */
export const startEmbedProcess = async (options: {
  model: LoadedModel;
  provider: Provider;
  precision: Precision;
  nice: number;
}): Promise<EmbedProcess> => {
  const child = fork(CHILD_MAIN, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2000);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const send = (message: ToChild) => child.send(message, () => undefined); // a failed send is followed by the exit event
  let current: { id: number; resolve(vectors: Float32Array): void; reject(error: unknown): void } | undefined;
  let nextId = 1;
  let rssBytes = 0;

  const { manifest, folder } = options.model;
  const { provider, precision, nice } = options;
  send({ type: 'start', model: { manifest, folder }, provider, precision, nice });
  await waitUntilReady(child, ended, () => words);

  child.on('message', (message: FromChild) => {
    if (!current || !('id' in message) || message.id !== current.id) return;
    const { resolve, reject } = current;
    current = undefined;
    if (message.type === 'embedded') rssBytes = message.rssBytes;
    if (message.type === 'embedded') resolve(message.vectors);
    else if (message.type === 'refused')
      reject(new SoundalikeError('EMBED_FAILED', `The network failed: ${message.message}`));
  });
  ended.then(() =>
    current?.reject(new SoundalikeError('EMBED_CRASHED', 'The embedding process died', { detail: words })),
  );

  return {
    pid: child.pid ?? 0,
    get isBusy() {
      return current !== undefined || child.exitCode !== null || child.signalCode !== null;
    },
    get rssBytes() {
      return rssBytes;
    },
    ended,
    embed: (windows, count) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => child.kill('SIGKILL'), RUN_TIMEOUT_MS);
        const settle =
          <T>(then: (value: T) => void) =>
          (value: T) => {
            clearTimeout(timer);
            current = undefined;
            then(value);
          };
        current = { id: nextId++, resolve: settle(resolve), reject: settle(reject) };
        send({ type: 'embed', id: current.id, count, windows });
      }),
    stop: async () => {
      child.kill('SIGKILL'); // it holds nothing that needs an orderly end
      await ended;
    },
  };
};

const waitUntilReady = (child: ChildProcess, ended: Promise<void>, words: () => string): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (error: SoundalikeError) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(error);
    };
    const timer = setTimeout(
      () => fail(new SoundalikeError('EMBEDDER_UNAVAILABLE', 'The embedding process did not start in time')),
      START_TIMEOUT_MS,
    );
    child.once('error', (cause) =>
      fail(
        new SoundalikeError(
          'EMBEDDER_UNAVAILABLE',
          `The embedding process cannot be started: ${cause.message}`,
          { cause },
        ),
      ),
    );
    ended.then(() =>
      fail(
        new SoundalikeError('EMBEDDER_UNAVAILABLE', 'The embedding process ended at its start', {
          detail: words(),
        }),
      ),
    );
    child.once('message', (message: FromChild) => {
      clearTimeout(timer);
      if (message.type === 'ready') resolve();
      else if (message.type === 'failed') fail(new SoundalikeError(message.code, message.message));
    });
  });
