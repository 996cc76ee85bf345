import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from './project-root.mjs';
import { mustRun } from './run-command.mjs';

/** Compiles every workspace (incremental) and bundles the web page where its sources are newer than the last bundle. */
export const build = async () => {
  console.error('Building …');
  await mustRun('npx', ['--no-install', 'tsc', '-b'], { cwd: PROJECT_ROOT, stdio: ['ignore', 2, 2] });
  if (isBundleStale()) {
    await mustRun('npm', ['run', '--silent', 'build:web', '-w', 'apps/query'], {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 2, 2],
    });
  }
};

const isBundleStale = () => {
  const bundle = join(PROJECT_ROOT, 'apps/query/dist-web/index.html');
  if (!existsSync(bundle)) return true;
  const built = statSync(bundle).mtimeMs;
  return ['apps/query/web', 'packages/design/src']
    .map((folder) => join(PROJECT_ROOT, folder))
    .some((folder) =>
      readdirSync(folder, { recursive: true }).some((name) => statSync(join(folder, name)).mtimeMs > built),
    );
};
