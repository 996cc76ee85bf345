import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type Service, startService } from './service.ts';
import { temporaryFolder } from './temporary-folder.ts';

const INSTALL = 'Install it: apt-get install postgresql';

/**
 * A private PostgreSQL cluster on a free port, with one empty database `soundalike`. It refuses to run as root, so as
 * root it runs as the `postgres` user that Debian's package made.
 */
export const startPostgres = async (): Promise<Service> => {
  const binaries = findBinaries();
  const port = await freePort();
  const folder = temporaryFolder('postgres');
  const data = join(folder, 'data');
  mkdirSync(data);
  const user = process.getuid?.() === 0 ? postgresUser() : undefined;
  if (user) {
    chownSync(folder, user.uid, user.gid);
    chownSync(data, user.uid, user.gid);
    chmodSync(folder, 0o755);
  }
  const runAs = { ...user, cwd: folder };
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'soundalike', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...runAs, stdio: 'pipe' },
  );
  const service = await startService({
    name: 'postgres',
    install: INSTALL,
    url: `postgres://soundalike@127.0.0.1:${port}/soundalike`,
    command: join(binaries, 'postgres'),
    arguments: ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', folder],
    spawn: { ...runAs, stdio: ['ignore', 'pipe', 'pipe'] },
    isReady: () => accepts(port),
    // SIGTERM would wait for every client to leave.
    stopSignal: 'SIGINT',
  });
  for (let tries = 0; ; tries++) {
    try {
      execFileSync(
        join(binaries, 'createdb'),
        ['-h', '127.0.0.1', '-p', `${port}`, '-U', 'soundalike', 'soundalike'],
        { stdio: 'pipe' },
      );
      return service;
    } catch (error) {
      if (tries > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
};

/** Debian keeps the server's binaries off the PATH, in a folder for each version. */
const findBinaries = (): string => {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(base, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  if (!found) throw new Error(`PostgreSQL's initdb was not found under ${base}. ${INSTALL}`);
  return found;
};

const postgresUser = (): { uid: number; gid: number } => {
  const number = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
