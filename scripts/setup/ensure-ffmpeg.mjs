import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDebianPackages } from './debian-packages.mjs';
import { PROJECT_ROOT } from './project-root.mjs';
import { capture, runCommand } from './run-command.mjs';

/** Makes sure that some ffmpeg is there: FFMPEG_PATH, ffmpeg-static's, the PATH's; else fetches one, else says how. */
export const ensureFfmpeg = async () => {
  if (process.env.FFMPEG_PATH && (await works(process.env.FFMPEG_PATH))) return;
  const bundled = join(PROJECT_ROOT, 'node_modules', 'ffmpeg-static');
  if (await works(join(bundled, 'ffmpeg'))) return;
  if (await works('ffmpeg')) return;
  if (await installDebianPackages(['ffmpeg'])) return;
  const installer = join(bundled, 'install.js');
  console.error('Fetching ffmpeg (ffmpeg-static) …');
  if (
    existsSync(installer) &&
    (await runCommand(process.execPath, [installer], { stdio: ['ignore', 2, 2], timeout: 120_000 })) === 0
  )
    return;
  console.error(
    'No ffmpeg. Install it (Debian: apt-get install ffmpeg, macOS: brew install ffmpeg) or set FFMPEG_PATH.',
  );
  process.exit(7);
};

const works = async (command) => (await capture(command, ['-hide_banner', '-version'])).code === 0;
