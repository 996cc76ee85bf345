import { existsSync, readdirSync } from 'node:fs';
import { installDebianPackages } from './debian-packages.mjs';
import { capture } from './run-command.mjs';

const hasCommand = async (name) => (await capture(name, ['--version'])).code === 0;
const hasPostgres = async () =>
  existsSync('/usr/lib/postgresql') &&
  readdirSync('/usr/lib/postgresql').some((version) =>
    existsSync(`/usr/lib/postgresql/${version}/bin/initdb`),
  );

/** What the whole suite runs against. Each server is started privately by the tests; here only the programs are installed. */
const PROGRAMS = [
  { name: 'redis-server', packages: ['redis-server'], isThere: () => hasCommand('redis-server') },
  { name: 'PostgreSQL', packages: ['postgresql'], isThere: hasPostgres },
  {
    name: 'Python 3 with venv',
    packages: ['python3', 'python3-venv'],
    isThere: async () => (await capture('python3', ['-c', 'import venv, ensurepip'])).code === 0,
  },
  { name: 'promtool', packages: ['prometheus'], isThere: () => hasCommand('promtool') },
  { name: 'Chromium', packages: ['chromium'], isThere: () => hasCommand('chromium') },
];

/** Installs what is missing where it can (root on Debian), else ends with one line that says what to install. */
export const ensureTestServices = async () => {
  const missing = [];
  for (const program of PROGRAMS) if (!(await program.isThere())) missing.push(program);
  if (missing.length === 0) return;
  const packages = missing.flatMap((program) => program.packages);
  await installDebianPackages(packages);
  const still = [];
  for (const program of missing) if (!(await program.isThere())) still.push(program.name);
  if (still.length === 0) return;
  console.error(`The tests need ${still.join(', ')}. Debian: apt-get install ${packages.join(' ')}`);
  process.exit(7);
};
