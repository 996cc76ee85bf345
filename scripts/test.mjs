/**
 * `npm test`: sets up everything (dependencies, build, ffmpeg, the servers' programs and the Milvus servers' Python
 * environment), then runs the whole suite. Arguments go to Jest: `npm test -- packages/store`.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './setup/build.mjs';
import { ensureFfmpeg } from './setup/ensure-ffmpeg.mjs';
import { ensureTestServices } from './setup/ensure-test-services.mjs';
import { installDependencies } from './setup/install-dependencies.mjs';
import { PROJECT_ROOT } from './setup/project-root.mjs';
import { runCommand } from './setup/run-command.mjs';

await installDependencies();
await build();
await ensureFfmpeg();
await ensureTestServices();
const { ensureTestVenv } = await import(
  pathToFileURL(join(PROJECT_ROOT, 'packages/testing/dist/index.js')).href
);
await ensureTestVenv();
process.exit(
  await runCommand('npx', ['--no-install', 'jest', ...process.argv.slice(2)], { cwd: PROJECT_ROOT }),
);
