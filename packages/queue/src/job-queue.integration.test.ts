import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCatalogue } from '@soundalike/catalogue';
import { type Service, startPostgres, startRedis, temporaryFolder } from '@soundalike/testing';
import { Redis } from 'ioredis';
import { createBullmqQueue } from './bullmq-queue.ts';
import { databaseHarness } from './database-harness.ts';
import { describeJobQueue } from './job-queue.contract.ts';

let postgres: Service;
let redis: Service;
let next = 1;

beforeAll(async () => {
  redis = await startRedis();
}, 60_000);
afterAll(() => redis?.stop());

describeJobQueue('database on PostgreSQL', async () => {
  postgres = await startPostgres();
  const harness = databaseHarness(await openCatalogue(postgres.url));
  return { ...harness, close: () => harness.close().then(() => postgres.stop()) };
});

describeJobQueue('BullMQ on Redis', async () => {
  const queue = await createBullmqQueue({ url: redis.url, backoff: () => 5 });
  return {
    queue,
    makeItems: async (count) => Array.from({ length: count }, () => next++),
    begin: async () => undefined,
    end: async () => undefined,
    close: () => queue.close(),
  };
});

describe('BullMQ on Redis', () => {
  let client: Redis;
  beforeAll(() => {
    client = new Redis(redis.url);
  });
  afterAll(() => client.disconnect());

  test("a killed worker's job comes back to another", async () => {
    const queue = await createBullmqQueue({ url: redis.url, lockMs: 1_000, stalledCheckMs: 300 });
    await queue.add([{ itemId: 9001, try: 1 }]);
    const script = join(temporaryFolder('kill'), 'worker.mjs');
    writeFileSync(
      script,
      `import { createBullmqQueue } from ${JSON.stringify(join(__dirname, '../dist/bullmq-queue.js'))};
       const queue = await createBullmqQueue({ url: ${JSON.stringify(redis.url)}, lockMs: 1000, stalledCheckMs: 300 });
       await queue.work(async () => { process.send('working'); await new Promise(() => {}); }, { concurrency: 1, signal: new AbortController().signal });`,
    );
    const child = fork(script, { stdio: 'inherit' });
    await once(child, 'message');
    child.kill('SIGKILL');
    const stop = new AbortController();
    const seen: number[] = [];
    await queue.work(
      async ({ itemId }) => {
        seen.push(itemId);
        stop.abort();
      },
      { concurrency: 1, signal: stop.signal },
    );
    expect(seen).toEqual([9001]);
    await queue.close();
  }, 60_000);

  test('a lost lock aborts the job', async () => {
    const queue = await createBullmqQueue({ url: redis.url, lockMs: 1_000, stalledCheckMs: 60_000 });
    await queue.add([{ itemId: 9002, try: 1 }]);
    const stop = new AbortController();
    const aborted: boolean[] = [];
    await queue.work(
      async ({ signal }) => {
        // As if this process had been asleep for longer than the lock lasts.
        await client.del(queue.bull.toKey('i-9002-1:lock'));
        await Promise.race([once(signal, 'abort'), new Promise((end) => setTimeout(end, 10_000))]);
        aborted.push(signal.aborted);
        stop.abort();
      },
      { concurrency: 1, signal: stop.signal },
    );
    expect(aborted).toEqual([true]);
    await queue.bull.obliterate({ force: true });
    await queue.close();
  }, 60_000);

  test('what someone waits for goes before bulk that was added earlier', async () => {
    const queue = await createBullmqQueue({ url: redis.url });
    const bulk = [9101, 9102, 9103];
    await queue.add(
      bulk.map((itemId) => ({ itemId, try: 1 })),
      { priority: 10 },
    );
    await queue.add([{ itemId: 9104, try: 1 }], { priority: 1 });
    const seen: number[] = [];
    const stop = new AbortController();
    await queue.work(
      async ({ itemId }) => {
        if (seen.push(itemId) === 4) stop.abort();
      },
      { concurrency: 1, signal: stop.signal },
    );
    expect(seen).toEqual([9104, ...bulk]);
    await queue.close();
  }, 60_000);

  test('a flushed server lacks the jobs it had; a queue stays of the database that claimed it first', async () => {
    const queue = await createBullmqQueue({ url: redis.url });
    const jobs = [{ itemId: 9003, try: 1 }];
    await queue.add(jobs);
    expect(await queue.missing([...jobs, { itemId: 9003, try: 2 }])).toEqual([{ itemId: 9003, try: 2 }]);
    expect(await queue.claimFor('one')).toBe('one');
    expect(await queue.claimFor('two')).toBe('one');
    await client.flushdb();
    expect(await queue.missing(jobs)).toEqual(jobs);
    await queue.close();
  }, 60_000);

  test('a job of another producer that is not one is refused, and Redis away says so', async () => {
    const queue = await createBullmqQueue({ url: redis.url });
    expect(await queue.durabilityProblems()).toEqual([]);
    await queue.bull.add('item', { v: 1, itemId: 'x' as never }, { jobId: 'bad' });
    const stop = new AbortController();
    const working = queue.work(async () => undefined, { concurrency: 1, signal: stop.signal });
    while ((await queue.counts()).waiting > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    await working;
    await queue.close();
    await expect(createBullmqQueue({ url: 'redis://:secret@127.0.0.1:1' })).rejects.toMatchObject({
      code: 'QUEUE_UNAVAILABLE',
      message: expect.not.stringContaining('secret'),
    });
  }, 60_000);
});
