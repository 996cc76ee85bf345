import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];
process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder, removed when the process ends. */
export const temporaryFolder = (label = 'test'): string => {
  const folder = mkdtempSync(join(tmpdir(), `soundalike-${label}-`));
  made.push(folder);
  return folder;
};
