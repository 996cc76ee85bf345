import { parentPort, workerData } from 'node:worker_threads';
import { toSoundalikeError } from '@soundalike/core/errors';
import { fileError } from '@soundalike/source';
import { type ReadRequest, readEntries } from './read-entries.ts';
import { packEntries, toPlainError } from './read-entry.ts';
import type { ReadAnswer } from './read-in-thread.ts';

const request = workerData as ReadRequest;
const entries = readEntries(request);

const next = async (): Promise<ReadAnswer> => {
  try {
    const { value, done } = await entries.next();
    // As text: a thousand small objects are cloned more slowly than they are parsed.
    return done ? { kind: 'end' } : { kind: 'entries', text: packEntries(value) };
  } catch (error) {
    return { kind: 'error', error: toPlainError(toOurs(error)) };
  }
};

/** A list may go away between the look at it and its reading. */
const toOurs = (error: unknown) =>
  error instanceof Error && 'errno' in error ? fileError(request.path, error) : toSoundalikeError(error);

// Each message asks for one more group; a generator answers in the order in which it was asked.
parentPort?.on('message', async () => parentPort?.postMessage(await next()));
