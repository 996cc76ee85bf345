import { availableParallelism } from 'node:os';
import { SoundalikeError } from '@soundalike/core';
import {
  DIMENSION,
  type Embedder,
  type EmbedInput,
  type Precision,
  type Provider,
  WINDOW_SAMPLES,
} from '../embedder.ts';
import type { LoadedModel } from '../model/load-model.ts';
import { choosePrecision } from './choose-precision.ts';
import { BATCH, chooseProvider } from './choose-provider.ts';
import { type EmbedProcess, startEmbedProcess } from './embed-process.ts';

/** An input whose process died this often is given up. */
const MAX_DEATHS = 3;

export interface EmbedderOptions {
  readonly model: LoadedModel;
  /** Child processes; default: one for each core. */
  readonly processes?: number | undefined;
  /** For queries, for which somebody waits: all of them start at once, and a few windows are shared out between them. */
  readonly startAll?: boolean | undefined;
  /** Niceness of the children, 0..19. */
  readonly nice?: number | undefined;
  readonly provider?: Provider | 'auto' | undefined;
  /** `auto`: int8 on a CPU where the model has it, else fp32. */
  readonly precision?: Precision | 'auto' | undefined;
  /** A child larger than this is replaced between two batches, bytes; 0: no limit. */
  readonly maxRssBytes?: number | undefined;
}

/** Processes that end at their start, one after the other, before the embedder is called unavailable. */
const MAX_FAILED_STARTS = 5;

interface Task {
  readonly window: Float32Array;
  readonly signal: AbortSignal | undefined;
  deaths: number;
  resolve(vector: Float32Array): void;
  reject(error: unknown): void;
}

/**
 * An embedder over child processes: the network never blocks this process's event loop, and a crash of it costs a retry.
 * Batches form across callers, first come first served. A window whose process died goes alone to another one, so it
 * cannot take others with it a second time.
 *
 * The first process is started here, so that a model or provider that cannot run fails at once; the others when needed. With `startAll` all are
 * started here, and the first that is ready will do.
 *
 * @throws SoundalikeError `MODEL_INVALID`, `PROVIDER_UNAVAILABLE`, `EMBEDDER_UNAVAILABLE`; from `embed` also `EMBED_CRASHED`,
 *   `EMBED_FAILED` and `CANCELLED`
 */
export const createEmbedder = async (options: EmbedderOptions): Promise<Embedder> => {
  const provider = chooseProvider(options.provider ?? 'auto');
  const precision = choosePrecision(options.precision ?? 'auto', provider, options.model.manifest);
  const batchSize = BATCH[provider];
  // A GPU is one: more sessions on it only share its memory.
  const limit = provider === 'cpu' ? (options.processes ?? availableParallelism()) : 1;
  const waiting: Task[] = [];
  const processes = new Set<EmbedProcess>();
  const starting = new Set<Promise<void>>();
  let failedStarts = 0;
  let isClosed = false;

  const start = (): Promise<void> => {
    const started = startProcess().finally(() => starting.delete(started));
    starting.add(started);
    return started;
  };

  const startProcess = async () => {
    const child = await startEmbedProcess({
      model: options.model,
      provider,
      precision,
      nice: options.nice ?? 0,
    });
    if (isClosed) return child.stop();
    processes.add(child);
    failedStarts = 0;
    child.ended.then(() => {
      processes.delete(child);
      pump();
    });
  };

  const pump = () => {
    for (const child of processes) {
      if (child.isBusy) continue;
      // Somebody waits for all of it: the last windows are shared out. Bulk work is quickest in whole batches.
      const share = options.startAll ? Math.ceil(waiting.length / processes.size) : batchSize;
      const batch = takeBatch(waiting, Math.min(batchSize, share));
      if (batch.length === 0) return;
      void run(child, batch);
    }
    if (waiting.length > 0 && processes.size + starting.size < limit && !isClosed)
      start().then(pump, startFailed);
  };

  /** A process that was killed while it started is started again; a model or provider that cannot run is final. */
  const startFailed = (error: unknown) => {
    failedStarts += 1;
    if (processes.size > 0) return; // the others carry on
    if ((error as SoundalikeError).code === 'EMBEDDER_UNAVAILABLE' && failedStarts < MAX_FAILED_STARTS)
      return pump();
    for (const task of waiting.splice(0)) task.reject(error);
  };

  const run = async (child: EmbedProcess, batch: Task[]) => {
    // One fixed shape on a GPU, padded with silence: every other shape would be compiled anew.
    const count = provider === 'cpu' ? batch.length : batchSize;
    const windows = new Float32Array(count * WINDOW_SAMPLES);
    batch.forEach((task, index) => {
      windows.set(task.window, index * WINDOW_SAMPLES);
    });
    try {
      const vectors = await child.embed(windows, count);
      batch.forEach((task, index) => {
        const vector = vectors.slice(index * DIMENSION, (index + 1) * DIMENSION);
        if (vector.length === DIMENSION && vector.every(Number.isFinite)) task.resolve(vector);
        else task.reject(new SoundalikeError('EMBED_FAILED', 'The network gave a vector that is not finite'));
      });
    } catch (error) {
      if ((error as SoundalikeError).code === 'EMBED_CRASHED') retry(batch);
      else for (const task of batch) task.reject(error);
    }
    const { maxRssBytes = 0 } = options;
    // It holds nothing now; the next batch starts a fresh one.
    if (maxRssBytes > 0 && child.rssBytes > maxRssBytes) await child.stop();
    pump();
  };

  const retry = (batch: readonly Task[]) => {
    for (const task of batch) {
      task.deaths += 1;
      if (isClosed) task.reject(new SoundalikeError('CANCELLED', 'The embedder was closed'));
      else if (task.deaths >= MAX_DEATHS)
        task.reject(
          new SoundalikeError(
            'EMBED_CRASHED',
            `The embedding process died ${MAX_DEATHS} times on one window`,
          ),
        );
      else waiting.unshift(task);
    }
  };

  const starts = Array.from({ length: options.startAll ? limit : 1 }, start);
  for (const started of starts) started.then(pump, () => undefined);
  await Promise.any(starts).catch(({ errors }: AggregateError) => {
    isClosed = true;
    throw errors[0];
  });

  return {
    model: { ...options.model.info, precision },
    maxBatch: batchSize,
    provider,
    embed: ({ windows, signal }: EmbedInput) => {
      const wrong = windows.find((window) => window.length !== WINDOW_SAMPLES);
      if (wrong)
        return Promise.reject(
          new RangeError(`a window must have ${WINDOW_SAMPLES} samples, got ${wrong.length}`),
        );
      if (isClosed)
        return Promise.reject(new SoundalikeError('EMBEDDER_UNAVAILABLE', 'The embedder is closed'));
      const vectors = windows.map(
        (window) =>
          new Promise<Float32Array>((resolve, reject) =>
            waiting.push({ window, signal, deaths: 0, resolve, reject }),
          ),
      );
      const abort = () => rejectAborted(waiting);
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted) abort();
      pump();
      return Promise.all(vectors).finally(() => signal?.removeEventListener('abort', abort));
    },
    close: async () => {
      isClosed = true;
      for (const task of waiting.splice(0))
        task.reject(new SoundalikeError('CANCELLED', 'The embedder was closed'));
      await Promise.all([...processes].map((child) => child.stop()));
      await Promise.allSettled(starting); // one that is just starting stops itself
    },
  };
};

/** Up to a batch from the front; a window that has seen a process die goes alone. */
const takeBatch = (waiting: Task[], size: number): Task[] => {
  const [first] = waiting;
  if (!first) return [];
  if (first.deaths > 0) return waiting.splice(0, 1);
  const sick = waiting.slice(0, size).findIndex((task) => task.deaths > 0);
  return waiting.splice(0, sick < 0 ? size : sick);
};

const rejectAborted = (waiting: Task[]) => {
  const kept = waiting.filter((task) => {
    if (!task.signal?.aborted) return true;
    task.reject(new SoundalikeError('CANCELLED', 'Stopped while waiting for the network'));
    return false;
  });
  waiting.splice(0, waiting.length, ...kept);
};
