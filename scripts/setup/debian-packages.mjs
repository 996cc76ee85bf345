import { existsSync } from 'node:fs';
import { runCommand } from './run-command.mjs';

let isListFresh = false;

/** Installs Debian packages when that is possible here (root, apt-get). @returns {Promise<boolean>} whether it worked */
export const installDebianPackages = async (packages) => {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  console.error(`Installing ${packages.join(' ')} (apt-get) …`);
  if (!isListFresh) isListFresh = (await runCommand('apt-get', ['update', '-qq'], options)) === 0;
  return (
    (await runCommand(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', ...packages],
      options,
    )) === 0
  );
};
