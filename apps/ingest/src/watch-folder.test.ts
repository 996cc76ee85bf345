import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { commonFolder } from './sources/common-folder.ts';
import { watchFolder } from './watch-folder.ts';

test.each([
  [['/m/a/b', '/m/a/c'], '/m/a'],
  [['/m/a/b'], '/m/a/b'],
  [['/m', '/m/a'], '/m'],
  [['/m/a', '/n'], '/m'],
  [['/m/ab', '/m/a'], '/m'],
])('changes in %j are looked for in %s', (folders, expected) => {
  expect(commonFolder('/m', folders)).toBe(expected);
});

const watchUntil = async (folder: string, compareEveryMs: number, onReady?: () => void) => {
  const stop = new AbortController();
  const passes: string[] = [];
  await watchFolder({
    folder,
    compareEveryMs,
    signal: stop.signal,
    ingest: async (part) => {
      passes.push(part);
      stop.abort();
    },
    ...(onReady ? { onReady } : {}),
  });
  return passes;
};

test('a file that arrives is looked for in its folder, once it is complete', async () => {
  const folder = temporaryFolder('watched');
  mkdirSync(join(folder, 'albums/new'), { recursive: true });
  const arrive = () => writeFileSync(join(folder, 'albums/new/a.mp3'), 'x');
  expect(await watchUntil(folder, 3_600_000, arrive)).toEqual([join(folder, 'albums/new')]);
}, 30_000);

test('everything is compared now and then, whatever the file system said', async () => {
  const folder = temporaryFolder('watched');
  expect(await watchUntil(folder, 500)).toEqual([folder]);
}, 30_000);
