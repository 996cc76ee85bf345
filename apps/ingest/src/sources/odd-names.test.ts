import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCatalogue } from '@soundalike/catalogue';
import { temporaryFolder } from '@soundalike/testing';
import { openSource } from './open-source.ts';

const isLinux = process.platform === 'linux';

const open = async (argument: string) =>
  openSource({
    argument,
    workingDirectory: '/',
    catalogue: await openCatalogue('memory:'),
    roots: {},
  });

(isLinux ? test : test.skip)('names that are not valid UTF-8 are told from files that are gone', async () => {
  const folder = temporaryFolder('latin1');
  const latin1 = (name: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
  writeFileSync(latin1('höhle.mp3'), 'x');
  mkdirSync(latin1('ünten'));
  writeFileSync(join(folder, 'plain.mp3'), 'x');
  const entries = [];
  for await (const entry of (await open(folder)).entries) entries.push(entry);
  expect(entries).toHaveLength(3);
  const errors = entries.flatMap((entry) => (entry.kind === 'invalid' ? [entry.error] : []));
  for (const { code, message } of errors) {
    expect(code).toBe('SOURCE_NOT_FOUND');
    expect(message).toMatch(/not valid UTF-8.*convmv/);
  }
  expect(errors).toHaveLength(2);
});

(isLinux ? test : test.skip)('a pipe is refused, not waited for', async () => {
  const path = join(temporaryFolder('pipe'), 'list.csv');
  execFileSync('mkfifo', [path]);
  await expect(open(path)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
});

test('an empty text is not the folder one is in', async () => {
  await expect(open('')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});
