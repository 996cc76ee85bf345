import { connect } from 'node:net';
import { freePort } from './free-port.ts';
import { type Service, startService } from './service.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A private Redis with AOF and `noeviction`, as production must have it, on a free port. */
export const startRedis = async (options: { extraArguments?: readonly string[] } = {}): Promise<Service> => {
  const port = await freePort();
  return startService({
    name: 'redis-server',
    install: 'Install it: apt-get install redis-server',
    url: `redis://127.0.0.1:${port}`,
    command: 'redis-server',
    arguments: [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      temporaryFolder('redis'),
      '--save',
      '',
      '--appendonly',
      'yes',
      '--appendfsync',
      'everysec',
      '--maxmemory-policy',
      'noeviction',
      ...(options.extraArguments ?? []),
    ],
    isReady: () => answersPing(port),
  });
};

const answersPing = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(chunk.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
