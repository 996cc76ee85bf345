import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';

const CLI = join(import.meta.dirname, '../dist/main.js');
const ROWS = 4_000;

const run = (home: string, ...words: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { PATH: process.env.PATH, HOME: home, SOUNDALIKE_HOME: home, MODEL: 'untrained' };
    const child = execFile(process.execPath, [CLI, ...words], { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

test('several commands write into one SQLite file at once, and wait for each other', async () => {
  const home = temporaryFolder('at-once');
  const lists = [1, 2, 3].map((n) => join(home, `list-${n}.jsonl`));
  // Rows without a place: all of it is bookkeeping.
  const rows = Array.from({ length: ROWS }, (_, i) => `{"title":"${i}"}\n`).join('');
  for (const list of lists) writeFileSync(list, rows);
  const runs = await Promise.all(lists.map((list) => run(home, 'ingest', list, '--json')));
  for (const { code, stdout, stderr } of runs) {
    expect(stderr).not.toContain('DATABASE_UNAVAILABLE');
    expect(JSON.parse(stdout)).toMatchObject({ failed: ROWS });
    expect(code).toBe(3);
  }
}, 240_000);
