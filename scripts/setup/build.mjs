import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from './project-root.mjs';
import { mustRun } from './run-command.mjs';

/** Workspaces with a page of their own: sources in `web/`, bundle in `dist-web/`. */
const PAGES = ['apps/query', 'apps/ingest'];

/** Compiles every workspace (incremental) and bundles the pages whose sources are newer than their last bundle. */
export const build = async () => {
  console.error('Building …');
  await mustRun('npx', ['--no-install', 'tsc', '-b'], { cwd: PROJECT_ROOT, stdio: ['ignore', 2, 2] });
  for (const page of PAGES.filter(isBundleStale))
    await mustRun('npm', ['run', '--silent', 'build:web', '-w', page], {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 2, 2],
    });
};

const isBundleStale = (page) => {
  const sources = [join(PROJECT_ROOT, page, 'web'), join(PROJECT_ROOT, 'packages/design/src')];
  if (!existsSync(sources[0])) return false;
  const bundle = join(PROJECT_ROOT, page, 'dist-web/index.html');
  if (!existsSync(bundle)) return true;
  const built = statSync(bundle).mtimeMs;
  return sources
    .filter((folder) => existsSync(folder))
    .some((folder) =>
      readdirSync(folder, { recursive: true }).some((name) => statSync(join(folder, name)).mtimeMs > built),
    );
};
