import { join } from 'node:path';
import { openCatalogue } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { temporaryFolder } from '@soundalike/testing';
import { backoffMs } from './backoff.ts';
import { databaseHarness } from './database-harness.ts';
import { createDatabaseQueue } from './database-queue.ts';
import { describeJobQueue } from './job-queue.contract.ts';
import { createMemoryQueue } from './memory-queue.ts';
import { verdictOf } from './verdict.ts';

let next = 1;

describeJobQueue('memory', async () => ({
  queue: createMemoryQueue({ backoff: () => 5 }),
  makeItems: async (count) => Array.from({ length: count }, () => next++),
  begin: async () => undefined,
  end: async () => undefined,
  close: async () => undefined,
}));

describeJobQueue('database on SQLite', async () =>
  databaseHarness(await openCatalogue(`sqlite:${join(temporaryFolder('queue'), 'q.db')}`)),
);

describe('a lost lease', () => {
  test('aborts the job and leaves the item to its new holder', async () => {
    const catalogue = await openCatalogue('memory:');
    const harness = databaseHarness(catalogue);
    const [id = 0] = await harness.makeItems(1);
    const queue = createDatabaseQueue({ catalogue, worker: 'elsewhere:1', leaseMs: 90 });
    const stop = new AbortController();
    const reason = await new Promise<string>((resolve) => {
      void queue.work(
        async ({ signal }) => {
          // Another worker claims it after our lease has run out (as if this process had been asleep).
          await catalogue.startItem(id, 'thief:2');
          signal.addEventListener('abort', () => resolve('aborted'));
          await new Promise((end) => signal.addEventListener('abort', end));
          throw new SoundalikeError('CANCELLED', 'lost');
        },
        { concurrency: 1, signal: stop.signal },
      );
    });
    stop.abort();
    expect(reason).toBe('aborted');
    expect(await catalogue.getItem(id)).toMatchObject({ worker: 'thief:2', state: 'active' });
    await catalogue.close();
  });
});

test('items whose lease another host let run out are taken over and counted as stalled', async () => {
  const catalogue = await openCatalogue('memory:');
  const [id] = await databaseHarness(catalogue).makeItems(2);
  await catalogue.claimItems({ worker: 'other-host:9', limit: 1, leaseMs: -1 });
  const stop = new AbortController();
  const seen: number[] = [];
  const stalled: number[] = [];
  await createDatabaseQueue({ catalogue, worker: 'test-host:1' }).work(
    async ({ itemId }) => {
      seen.push(itemId);
      if (seen.length === 2) stop.abort();
    },
    { concurrency: 2, signal: stop.signal, onStalled: (count) => stalled.push(count) },
  );
  expect(seen).toContain(id);
  expect(stalled).toEqual([1]);
  await catalogue.close();
});

describe('verdictOf', () => {
  test('the last attempt drops what is retryable; a server away never drops', () => {
    expect(verdictOf(new SoundalikeError('TIMEOUT', 'x'), 8)).toEqual({ kind: 'drop' });
    expect(verdictOf(new SoundalikeError('TIMEOUT', 'x'), 7).kind).toBe('again');
    expect(verdictOf(new SoundalikeError('STORE_UNAVAILABLE', 'x'), 99)).toMatchObject({
      kind: 'again',
      countAttempt: false,
    });
    expect(verdictOf(new SoundalikeError('SPACE_MISMATCH', 'x'), 1)).toEqual({ kind: 'drop' });
  });

  test('pauses double and stay bounded', () => {
    expect(backoffMs(1, () => 0)).toBe(500);
    expect(backoffMs(3, () => 1)).toBe(4000);
    expect(backoffMs(50, () => 1)).toBe(3_600_000);
  });
});
