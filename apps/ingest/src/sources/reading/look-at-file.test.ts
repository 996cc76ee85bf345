import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { createLooker, lookAtFile } from './look-at-file.ts';

const folder = temporaryFolder('looks');
const NONE = { size: null, modifiedMs: null };

test('both ways of looking see the same, and nothing where no file can be', async () => {
  const file = join(folder, 'a.mp3');
  writeFileSync(file, 'audio');
  utimesSync(file, 12, 34.567);
  mkdirSync(join(folder, 'sub'));
  for (const look of [lookAtFile, createLooker()]) {
    expect(await look(file)).toEqual({ size: 5, modifiedMs: 34_567 });
    expect(await look(join(folder, 'none.mp3'))).toEqual(NONE);
    expect(await look(join(file, 'below-a-file.mp3'))).toEqual(NONE);
    expect(await look(join(folder, `${'long'.repeat(100)}.mp3`))).toEqual(NONE);
    expect(await look(`${file}\0`)).toEqual(NONE);
    expect(await look(join(folder, 'sub'))).toMatchObject({ modifiedMs: expect.any(Number) });
  }
});

test('looks go to the thread pool for good once three in a row were slow', () => {
  const times = [0.5, 0.5, 0.01, 0.5, 0.5, 0.5];
  let clock = 0;
  const lookAt = createLooker({
    look: () => {
      clock += times.shift() ?? 0;
      return NONE;
    },
    now: () => clock,
  });
  const inPlace = Array.from({ length: 8 }, () => !(lookAt(join(folder, 'a.mp3')) instanceof Promise));
  expect(inPlace).toEqual([true, true, true, true, true, true, false, false]);
});
