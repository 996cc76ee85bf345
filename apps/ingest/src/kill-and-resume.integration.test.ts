import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCatalogue } from '@soundalike/catalogue';
import { findFfmpeg } from '@soundalike/source';
import { temporaryFolder } from '@soundalike/testing';

const CLI = join(__dirname, '../../cli/dist/main.js');
const TRACKS = 10;

const environment = (home: string) => ({
  PATH: process.env.PATH,
  HOME: home,
  SOUNDALIKE_HOME: home,
  MODEL: 'untrained',
  EMBED_PROCESSES: '1',
  WORKER_CONCURRENCY: '2',
});

test('killed in the middle and started again: everything is indexed once, nothing finished is embedded again', async () => {
  if (!existsSync(CLI)) throw new Error('Build first: npm run build');
  const ffmpeg = await findFfmpeg();
  const folder = temporaryFolder('killed');
  const home = temporaryFolder('home');
  for (let i = 0; i < TRACKS; i++) {
    const input = `sine=${300 + 40 * i}:duration=25`;
    execFileSync(ffmpeg, [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      input,
      '-c:a',
      'pcm_s16le',
      '-ar',
      '22050',
      join(folder, `${i}.wav`),
    ]);
  }
  const first = spawn(process.execPath, [CLI, 'ingest', folder], { env: environment(home), stdio: 'ignore' });
  const url = `sqlite:${join(home, 'catalogue.db')}`;
  const before = await waitForSome(first, url);
  first.kill('SIGKILL');
  await once(first, 'exit');
  expect(before.length).toBeLessThan(TRACKS);

  const output = execFileSync(process.execPath, [CLI, 'ingest', folder, '--json'], {
    env: environment(home),
    encoding: 'utf8',
  });
  const report = JSON.parse(output);
  expect(report).toMatchObject({ failed: 0, pending: 0, duplicate: 0 });
  expect(report.indexed + report.unchanged).toBe(TRACKS);
  const catalogue = await openCatalogue(url, { readOnly: true });
  expect(await catalogue.stateCounts()).toMatchObject({ indexed: TRACKS, queued: 0, active: 0, failed: 0 });
  expect(await catalogue.countTracks()).toBe(TRACKS);
  for (const { id, finishedAt } of before) {
    expect((await catalogue.getItem(id))?.finishedAt).toBe(finishedAt);
    expect(await catalogue.attemptsOf(id)).toHaveLength(1);
  }
  await catalogue.close();
}, 180_000);

/** Waits until some items are done, and says which. */
const waitForSome = async (child: ChildProcess, url: string) => {
  for (;;) {
    await sleep(50);
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode} before it could be killed`);
    if (!existsSync(url.slice('sqlite:'.length))) continue;
    const catalogue = await openCatalogue(url, { readOnly: true }).catch(() => undefined);
    const done = await catalogue?.listItems({ state: 'indexed', limit: 100 }).catch(() => []);
    await catalogue?.close();
    if (done && done.length >= 2) return done;
  }
};
