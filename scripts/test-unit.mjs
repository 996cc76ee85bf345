/** `npm run test:unit`: the tests that need no service. Dependencies and build are brought up to date first. */
import { build } from './setup/build.mjs';
import { ensureFfmpeg } from './setup/ensure-ffmpeg.mjs';
import { installDependencies } from './setup/install-dependencies.mjs';
import { PROJECT_ROOT } from './setup/project-root.mjs';
import { runCommand } from './setup/run-command.mjs';

await installDependencies();
await build();
await ensureFfmpeg();
process.exit(
  await runCommand('npx', ['--no-install', 'jest', '--selectProjects', 'unit', ...process.argv.slice(2)], {
    cwd: PROJECT_ROOT,
  }),
);
