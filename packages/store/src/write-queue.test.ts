import { setTimeout as sleep } from 'node:timers/promises';
import { SoundalikeError } from '@soundalike/core';
import { createWriteQueue } from './write-queue.ts';

interface Job {
  readonly key: string;
  readonly size: number;
}

const queueOf = (run: (batch: readonly Job[]) => Promise<void>, writers = 1) =>
  createWriteQueue<Job>({
    writers,
    batchSize: 10,
    sizeOf: ({ size }) => size,
    keysOf: ({ key }) => [key],
    run,
  });
const job = (key: string, size = 1): Job => ({ key, size });

describe('the write queue', () => {
  test('what arrives while a batch is written goes together in the next, up to the batch size', async () => {
    const batches: string[] = [];
    const write = queueOf(async (batch) => {
      batches.push(batch.map(({ key }) => key).join(''));
      await sleep(5);
    });
    const first = write(job('a'));
    await sleep(1);
    await Promise.all([first, ...[...'bcdefghijklm'].map((key) => write(job(key)))]);
    expect(batches).toEqual(['a', 'bcdefghijk', 'lm']);
  });

  test('jobs of one key run in the order of their calls, never at once', async () => {
    const log: string[] = [];
    const write = queueOf(async (batch) => {
      for (const { key, size } of batch) log.push(`${key}${size}`);
      expect(new Set(batch.map(({ key }) => key)).size).toBe(batch.length);
      await sleep(2);
    }, 3);
    await Promise.all([1, 2, 3].flatMap((size) => [write(job('a', size)), write(job('b', size))]));
    expect(log.filter((entry) => entry.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(log.filter((entry) => entry.startsWith('b'))).toEqual(['b1', 'b2', 'b3']);
  });

  test('a job larger than a batch goes alone', async () => {
    const batches: number[] = [];
    const write = queueOf(async (batch) => {
      batches.push(batch.length);
    });
    await Promise.all([write(job('a', 4000)), write(job('b')), write(job('c'))]);
    expect(batches).toEqual([1, 2]);
  });

  test('a refused job does not fail its batch mates; a store that is away fails all of them', async () => {
    const write = queueOf(async (batch) => {
      if (batch.some(({ key }) => key === 'bad')) throw new SoundalikeError('STORE_REJECTED', 'no');
      if (batch.some(({ key }) => key === 'away')) throw new SoundalikeError('STORE_UNAVAILABLE', 'gone');
    });
    expect(
      (await Promise.allSettled(['a', 'bad', 'b'].map((key) => write(job(key))))).map(({ status }) => status),
    ).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(
      (await Promise.allSettled(['a', 'away'].map((key) => write(job(key))))).map(({ status }) => status),
    ).toEqual(['rejected', 'rejected']);
    await write(job('later'));
  });

  test('a job called off before its batch is dropped, one called off in flight is finished', async () => {
    const written: string[] = [];
    const write = queueOf(async (batch) => {
      await sleep(10);
      written.push(...batch.map(({ key }) => key));
    });
    const stop = new AbortController();
    const inFlight = write(job('a'), stop.signal);
    await sleep(1);
    const waiting = write(job('b'), stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await inFlight;
    await expect(write(job('c'), stop.signal)).rejects.toThrow('stopped');
    expect(written).toEqual(['a']);
  });
});
