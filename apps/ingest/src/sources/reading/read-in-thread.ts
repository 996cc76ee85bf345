import { on } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { compiledPath } from '@soundalike/core';
import type { ReadRequest } from './read-entries.ts';
import { fromPlainError, type PlainError, type ReadEntry, unpackEntries } from './read-entry.ts';

export type ReadAnswer =
  | { readonly kind: 'entries'; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: PlainError };

const MAIN = compiledPath('./read-main.js', import.meta.url);

/** Groups that are read while those before are worked on: few, so that a long list takes no more memory than a short one. */
const AHEAD = 4;

/**
 * `readEntries` in a thread of its own: lists are parsed and files looked at while this thread asks the database. Starts with the first group that
 * is asked for, ends with the last.
 *
 * @throws SoundalikeError what reading threw
 */
export async function* readInThread(request: ReadRequest): AsyncGenerator<ReadEntry[]> {
  const worker = new Worker(MAIN, { workerData: request, execArgv: [], name: 'source' });
  // `on` listens while groups are read; an error that comes after the last one is nobody's.
  worker.on('error', () => undefined);
  try {
    const answers = on(worker, 'message', { close: ['exit'] });
    for (let group = 0; group < AHEAD; group++) worker.postMessage('next');
    for await (const [answer] of answers as AsyncIterable<[ReadAnswer]>) {
      if (answer.kind === 'end') return;
      if (answer.kind === 'error') throw fromPlainError(answer.error);
      worker.postMessage('next');
      // Messages that wait are handed over in one go, and SQLite answers at once: without a turn of the event loop in between, no signal is heard
      // and nothing is cleaned up while the thread keeps ahead.
      await setImmediate();
      yield unpackEntries(answer.text);
    }
    throw new Error(`The thread that reads ${request.path} ended early`);
  } finally {
    await worker.terminate();
  }
}
