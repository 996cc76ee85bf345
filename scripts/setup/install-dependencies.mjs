import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from './project-root.mjs';
import { mustRun } from './run-command.mjs';

/** `npm ci` where node_modules is missing or was installed from another lockfile. */
export const installDependencies = async () => {
  const stamp = join(PROJECT_ROOT, 'node_modules', '.installed-from');
  const lock = createHash('sha256')
    .update(readFileSync(join(PROJECT_ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing dependencies (npm ci) …');
  await mustRun('npm', ['ci', '--loglevel=error'], { cwd: PROJECT_ROOT, stdio: ['ignore', 2, 2] });
  writeFileSync(stamp, lock);
};
