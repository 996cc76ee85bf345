/**
 * `npm run test:training`: the whole recipe of training/ on a small budget (about five minutes on two cores), in a Python environment of its
 * own that is kept in the cache; then the unit tests of training/. Fails unless the trained network beats the untrained one.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDebianPackages } from './setup/debian-packages.mjs';
import { PROJECT_ROOT } from './setup/project-root.mjs';
import { capture, mustRun } from './setup/run-command.mjs';

const CACHE = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const VENV = join(CACHE, 'soundalike-tests', 'training-venv');
const SOUNDFONT = '/usr/share/sounds/sf2/FluidR3_GM.sf2';
const PACKAGES = ['fluidsynth', 'fluid-soundfont-gm', 'ffmpeg', 'python3-venv'];

const isThere = async () =>
  existsSync(SOUNDFONT) &&
  (await capture('fluidsynth', ['--version'])).code === 0 &&
  (await capture('ffmpeg', ['-version'])).code === 0;
if (!(await isThere())) await installDebianPackages(PACKAGES);
if (!(await isThere())) {
  console.error(
    `The recipe needs fluidsynth, ffmpeg and ${SOUNDFONT}. Debian: apt-get install ${PACKAGES.join(' ')}`,
  );
  process.exit(7);
}

const python = join(VENV, 'bin/python');
if (!existsSync(python)) {
  await mkdir(join(CACHE, 'soundalike-tests'), { recursive: true });
  await mustRun('python3', ['-m', 'venv', VENV]);
}
await mustRun(python, ['-m', 'pip', 'install', '--quiet', '--requirement', 'training/requirements.txt'], {
  cwd: PROJECT_ROOT,
});

const out = await mkdtemp(join(tmpdir(), 'soundalike-training-'));
const options = { cwd: PROJECT_ROOT };
await mustRun(python, ['-m', 'unittest', 'discover', '-s', 'training/tests', '-t', '.'], options);
await mustRun(python, ['-m', 'training.small_run', '--out', out, '--soundfont', SOUNDFONT], options);
await rm(out, { recursive: true, force: true });
