import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { sweepTemporary, temporaryName } from './temporary-files.ts';

test('what a killed process beside us left goes at once, what others may still work on stays', async () => {
  const folder = temporaryFolder('swept');
  const own = temporaryName('fetch');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const names = {
    own,
    ofTheDead: own.replace(`-${process.pid}-`, `-${pid}-`),
    ofTheLiving: own.replace(`-${process.pid}-`, `-${process.ppid}-`),
    elsewhere: `fetch-00000000-${pid}-x`,
    elsewhereAndOld: `fetch-00000000-${process.ppid}-y`,
    ofAnOlderVersion: 'fetch-772bf02a-c40d-4048-9376-d5ca6209f5ec',
    formerLife: `${own}-before`,
    notOurs: 'notes.txt',
  };
  for (const name of Object.values(names)) writeFileSync(join(folder, name), 'x');
  const folders = {
    ownUpload: temporaryName('upload'),
    uploadOfTheDead: temporaryName('upload').replace(`-${process.pid}-`, `-${pid}-`),
    postOfTheDead: temporaryName('post').replace(`-${process.pid}-`, `-${pid}-`),
    postOfAnOlderVersion: 'post-Xy12Zw',
  };
  for (const name of Object.values(folders)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, '0'), 'x');
  }
  const age = (name: string, ms: number) =>
    utimesSync(join(folder, name), new Date(), new Date(Date.now() - ms));
  age(names.elsewhereAndOld, 7 * 3600 * 1000);
  age(names.formerLife, process.uptime() * 1000 + 60_000);
  age(names.notOurs, 7 * 3600 * 1000);
  age(folders.postOfAnOlderVersion, 7 * 3600 * 1000);
  await sweepTemporary(folder);
  const left = Object.entries({ ...names, ...folders })
    .filter(([, name]) => existsSync(join(folder, name)))
    .map(([which]) => which);
  expect(left).toEqual(['own', 'ofTheLiving', 'elsewhere', 'ofAnOlderVersion', 'notOurs', 'ownUpload']);
  await sweepTemporary(join(folder, 'nowhere'));
});
