import { parentPort, workerData } from 'node:worker_threads';
import { toSoundalikeError } from '@soundalike/core/errors';
import { type ReadRequest, readEntries } from './read-entries.ts';
import { packEntries, toPlainError } from './read-entry.ts';
import type { ReadAnswer } from './read-in-thread.ts';

const entries = readEntries(workerData as ReadRequest);

const next = async (): Promise<ReadAnswer> => {
  try {
    const { value, done } = await entries.next();
    // As text: a thousand small objects are cloned more slowly than they are parsed.
    return done ? { kind: 'end' } : { kind: 'entries', text: packEntries(value) };
  } catch (error) {
    return { kind: 'error', error: toPlainError(toSoundalikeError(error)) };
  }
};

// Each message asks for one more group; a generator answers in the order in which it was asked.
parentPort?.on('message', async () => parentPort?.postMessage(await next()));
