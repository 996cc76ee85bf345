import { setTimeout as sleep } from 'node:timers/promises';
import { SoundalikeError } from '@soundalike/core';
import type { JobHandler, JobQueue } from './job-queue.ts';

export interface QueueHarness {
  readonly queue: JobQueue;
  /** Makes items that can be queued; their ids. In queues that carry no items, any numbers. */
  makeItems(count: number): Promise<number[]>;
  /** What the ingest's handler does in the database when a job begins, ends or fails. */
  begin(itemId: number): Promise<void>;
  end(itemId: number): Promise<void>;
  close(): Promise<void>;
}

/** What every implementation of the queue must do. Open it with a backoff of a few ms. */
export const describeJobQueue = (name: string, open: () => Promise<QueueHarness>): void => {
  describe(`job queue: ${name}`, () => {
    let harness: QueueHarness;
    let queue: JobQueue;
    beforeAll(async () => {
      harness = await open();
      queue = harness.queue;
      process.stderr.write(`job queue contract runs on ${name} (${queue.kind})\n`);
    }, 60_000);
    afterAll(() => harness?.close());

    /** Works until `done()` says so (or 20 s), then stops orderly. */
    const workUntil = async (handler: JobHandler, done: () => boolean, concurrency = 4) => {
      const stop = new AbortController();
      const working = queue.work(
        async (job) => {
          await harness.begin(job.itemId);
          await handler(job);
          await harness.end(job.itemId);
        },
        { concurrency, signal: stop.signal },
      );
      for (let waited = 0; !done() && waited < 20_000; waited += 10) await sleep(10);
      stop.abort();
      await working;
    };

    test('every job is worked on once, whatever was added twice, no more than the concurrency at a time', async () => {
      const ids = await harness.makeItems(20);
      const jobs = ids.map((itemId) => ({ itemId, try: 1 }));
      await queue.add(jobs);
      await queue.add(jobs);
      const seen: number[] = [];
      let running = 0;
      let most = 0;
      await workUntil(
        async ({ itemId }) => {
          most = Math.max(most, ++running);
          await sleep(5);
          running -= 1;
          seen.push(itemId);
        },
        () => seen.length >= 20,
        3,
      );
      expect(seen.sort((a, b) => a - b)).toEqual(ids);
      expect(most).toBeLessThanOrEqual(3);
      expect(await queue.counts()).toMatchObject({ waiting: 0, active: 0 });
    }, 60_000);

    test('a retryable error brings a job back, counted; a permanent one ends it; a server away does not count', async () => {
      const [flaky = 0, broken = 0, away = 0] = await harness.makeItems(3);
      await queue.add([flaky, broken, away].map((itemId) => ({ itemId, try: 2 })));
      const attempts: Record<number, number[]> = { [flaky]: [], [broken]: [], [away]: [] };
      await workUntil(
        async ({ itemId, attempt }) => {
          attempts[itemId]?.push(attempt);
          const times = attempts[itemId]?.length ?? 0;
          if (itemId === flaky && times < 3) throw new SoundalikeError('SOURCE_FETCH_FAILED', 'flaky');
          if (itemId === broken) {
            await harness.end(itemId);
            throw new SoundalikeError('AUDIO_SILENT', 'never');
          }
          if (itemId === away && times < 3) throw new SoundalikeError('STORE_UNAVAILABLE', 'away');
        },
        () => attempts[flaky]?.length === 3 && attempts[away]?.length === 3 && attempts[broken]?.length === 1,
      );
      expect(attempts[flaky]).toEqual([1, 2, 3]);
      expect(attempts[away]).toEqual([1, 1, 1]);
      expect(attempts[broken]).toEqual([1]);
    }, 60_000);

    test('a paused queue gives nothing until it is resumed', async () => {
      const [id = 0] = await harness.makeItems(1);
      await queue.pause();
      await queue.add([{ itemId: id, try: 3 }]);
      expect((await queue.counts()).paused).toBe(true);
      const seen: number[] = [];
      const resumeLater = sleep(400).then(() => {
        expect(seen).toEqual([]);
        return queue.resume();
      });
      await workUntil(
        async ({ itemId }) => void seen.push(itemId),
        () => seen.length === 1,
      );
      await resumeLater;
      expect(seen).toEqual([id]);
    }, 60_000);

    test('a stop lets a job finish; one that will not is aborted and comes back', async () => {
      const [quick = 0, stuck = 0] = await harness.makeItems(2);
      await queue.add([quick, stuck].map((itemId) => ({ itemId, try: 4 })));
      const stop = new AbortController();
      const ended: string[] = [];
      let begun = 0;
      const working = queue.work(
        async ({ itemId, signal }) => {
          await harness.begin(itemId);
          if (++begun === 2) stop.abort();
          if (itemId === quick) {
            await sleep(100);
            await harness.end(itemId);
            ended.push('quick');
            return;
          }
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          throw new SoundalikeError('CANCELLED', 'stopped');
        },
        { concurrency: 2, signal: stop.signal, drainMs: 500 },
      );
      await working;
      expect(ended).toEqual(['quick']);
      const again: number[] = [];
      await workUntil(
        async ({ itemId }) => void again.push(itemId),
        () => again.length === 1,
      );
      expect(again).toEqual([stuck]);
    }, 60_000);
  });
};
