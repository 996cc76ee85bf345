import { Worker } from 'node:worker_threads';
import { compiledPath } from '@soundalike/core';
import type { LayOutInput } from './lay-out.ts';

const MAIN = compiledPath('./lay-out-main.js', import.meta.url);

/** `layOut` off the event loop. The vectors are handed over, not copied: they are empty here afterwards. */
export const layOutInThread = (input: LayOutInput, signal: AbortSignal): Promise<Float32Array> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(MAIN, {
      workerData: input,
      transferList: [input.vectors.buffer as ArrayBuffer],
      execArgv: [],
      name: 'map',
    });
    const stop = () => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal.removeEventListener('abort', stop);
      reject(new Error(`The map's thread ended early (exit code ${code})`));
    });
  });
