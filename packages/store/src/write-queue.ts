import { isSoundalikeError } from '@soundalike/core';

export interface WriteQueueOptions<Job> {
  /** Batches in flight at once. */
  readonly writers: number;
  /** Size at which a batch is full; a job that is larger goes alone. */
  readonly batchSize: number;
  sizeOf(job: Job): number;
  /** What the job writes; jobs that share a key run one after another, in the order of their calls. */
  keysOf(job: Job): readonly string[];
  run(batch: readonly Job[]): Promise<void>;
}

/** Resolves when the job's batch is written. A job whose signal aborts before its batch has begun is dropped. */
export type WriteQueue<Job> = (job: Job, signal?: AbortSignal) => Promise<void>;

interface Pending<Job> {
  readonly job: Job;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Group commit: the first job is written at once; what arrives while batches are in flight waits and goes together in
 * the next one. So a lone writer pays no delay, many writers get large batches, and each feels the backend's pace.
 */
export const createWriteQueue = <Job>(options: WriteQueueOptions<Job>): WriteQueue<Job> => {
  let pending: Pending<Job>[] = [];
  let inFlight = 0;
  const busyKeys = new Set<string>();

  const takeBatch = (): Pending<Job>[] => {
    const batch: Pending<Job>[] = [];
    const left: Pending<Job>[] = [];
    const blocked = new Set(busyKeys);
    let size = 0;
    for (const entry of pending) {
      const keys = options.keysOf(entry.job);
      const jobSize = options.sizeOf(entry.job);
      const fits = batch.length === 0 || size + jobSize <= options.batchSize;
      if (fits && !keys.some((key) => blocked.has(key))) {
        batch.push(entry);
        size += jobSize;
      } else left.push(entry);
      for (const key of keys) blocked.add(key);
    }
    pending = left;
    return batch;
  };

  const pump = () => {
    while (inFlight < options.writers) {
      const batch = takeBatch();
      if (batch.length === 0) return;
      const keys = batch.flatMap(({ job }) => options.keysOf(job));
      for (const key of keys) busyKeys.add(key);
      inFlight++;
      void settle(batch).then(() => {
        for (const key of keys) busyKeys.delete(key);
        inFlight--;
        pump();
      });
    }
  };

  const settle = async (batch: readonly Pending<Job>[]): Promise<void> => {
    try {
      await options.run(batch.map(({ job }) => job));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // One job that the backend refuses must not fail its batch mates; when the backend is away all of them wait.
      const refused = isSoundalikeError(error) && error.code === 'STORE_REJECTED';
      if (!refused || batch.length === 1) for (const { reject } of batch) reject(error);
      else for (const entry of batch) await settle([entry]);
    }
  };

  return (job, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const drop = () => {
        if (!pending.includes(entry)) return;
        pending = pending.filter((other) => other !== entry);
        reject(signal?.reason);
      };
      const stopListening = () => signal?.removeEventListener('abort', drop);
      const entry: Pending<Job> = {
        job,
        resolve: () => {
          stopListening();
          resolve();
        },
        reject: (reason) => {
          stopListening();
          reject(reason);
        },
      };
      signal?.addEventListener('abort', drop, { once: true });
      pending.push(entry);
      // Calls made in the same turn share the first batch.
      queueMicrotask(pump);
    });
};
