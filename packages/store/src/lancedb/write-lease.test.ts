import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@soundalike/core';
import { temporaryFolder } from '@soundalike/testing';
import { thisProcess } from './process-identity.ts';
import { createWriteLease } from './write-lease.ts';

const folderOf = () => join(temporaryFolder('lease'), 'write-lease');
const leaseOn = (folder: string, patienceMs?: number) =>
  createWriteLease({ folder, logger: silentLogger(), ...(patienceMs && { patienceMs }) });

/** Another process that takes the lease again and again and reports each turn; the built file, as children must be. */
const otherHolder = (folder: string, holdMs: number): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createWriteLease } from ${JSON.stringify(join(import.meta.dirname, '../../dist/lancedb/write-lease.js'))};
       import { setTimeout as sleep } from 'node:timers/promises';
       const lease = createWriteLease({ folder: ${JSON.stringify(folder)}, logger: { warn() {} } });
       for (;;) await lease.hold(async () => { process.stdout.write('in '); await sleep(${holdMs}); process.stdout.write('out '); });`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );

/** A promise and what ends it. */
const deferred = () => {
  let resolve = () => {};
  const promise = new Promise<void>((end) => {
    resolve = end;
  });
  return { promise, resolve };
};

describe('the write lease', () => {
  jest.setTimeout(30_000);

  test('runs work one at a time, whatever number of leases there are', async () => {
    const folder = folderOf();
    let inside = 0;
    let most = 0;
    let turns = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await sleep(Math.random() * 3);
      inside--;
      turns++;
    };
    const leases = Array.from({ length: 4 }, () => leaseOn(folder));
    await Promise.all(leases.flatMap((lease) => Array.from({ length: 8 }, () => lease.hold(work))));
    expect({ most, turns }).toEqual({ most: 1, turns: 32 });
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test('is given back when the work fails, and passes its error on', async () => {
    const lease = leaseOn(folderOf());
    await expect(lease.hold(() => Promise.reject(new Error('disk')))).rejects.toThrow('disk');
    expect(await lease.hold(async () => 'next')).toBe('next');
  });

  test('of a process killed with -9 is free at once', async () => {
    const folder = folderOf();
    const child = otherHolder(folder, 600_000);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    await expect(leaseOn(folder, 200).hold(async () => 1)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(`${child.pid}`),
    });
    const waiting = leaseOn(folder).hold(async () => 'mine');
    child.kill('SIGKILL');
    const since = Date.now();
    expect(await waiting).toBe('mine');
    expect(Date.now() - since).toBeLessThan(10_000);
  });

  test('passes between processes that all write without a pause', async () => {
    const folder = folderOf();
    const child = otherHolder(folder, 5);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    const lease = leaseOn(folder);
    const turns = { here: 0, there: 0 };
    child.stdout?.on('data', (chunk: Buffer) => {
      turns.there += chunk.toString().split('out').length - 1;
    });
    const until = Date.now() + 2_000;
    while (Date.now() < until) {
      await lease.hold(() => sleep(5));
      turns.here++;
    }
    child.kill('SIGKILL');
    expect(turns.here).toBeGreaterThan(2);
    expect(turns.there).toBeGreaterThan(2);
  });

  test.each([
    ['a process that ended', { ...thisProcess(), pid: 2 ** 22 - 1 }, 0, true],
    ['a pid that another program has now', { ...thisProcess(), started: '1' }, 0, true],
    ['another machine that showed life lately', { ...thisProcess(), place: 'elsewhere' }, 5_000, false],
    ['another machine that fell silent', { ...thisProcess(), place: 'elsewhere' }, 60_000, true],
    ['this very process, silent but alive', thisProcess(), 60_000, false],
  ])('held by %s', async (_, holder, silentMs, isFree) => {
    const folder = folderOf();
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'lease-7');
    writeFileSync(file, JSON.stringify({ token: 'x', ...holder }));
    const heard = new Date(Date.now() - silentMs);
    utimesSync(file, heard, heard);
    const attempt = leaseOn(folder, 200).hold(async () => 'free');
    if (isFree) expect(await attempt).toBe('free');
    else await expect(attempt).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test('a waiting writer can be called off', async () => {
    const folder = folderOf();
    const stop = new AbortController();
    const { promise: released, resolve: release } = deferred();
    const { promise: taken, resolve: take } = deferred();
    const held = leaseOn(folder).hold(() => {
      take();
      return released;
    });
    await taken;
    const waiting = leaseOn(folder).hold(async () => 1, stop.signal);
    setTimeout(() => stop.abort(), 100);
    await expect(waiting).rejects.toThrow(/abort/i);
    release();
    await held;
  });
});
