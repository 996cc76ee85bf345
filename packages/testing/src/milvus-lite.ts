import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { pythonVenv } from './python-venv.ts';
import { type Service, startService } from './service.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A private Milvus Lite: the newest API in a small Python server, slow, with its own departures from the engine. */
export const startMilvusLite = async (): Promise<Service> => {
  const bin = await pythonVenv('milvus-lite');
  const port = await freePort();
  return startService({
    name: 'milvus-lite',
    install: 'Install it: pip install milvus-lite pymilvus',
    url: `milvus://127.0.0.1:${port}/default`,
    command: join(bin, 'milvus-lite'),
    arguments: [
      'server',
      '--data-dir',
      temporaryFolder('milvus-lite'),
      '--host',
      '127.0.0.1',
      '--port',
      `${port}`,
    ],
    isReady: () => accepts(port),
    readyTimeoutMs: 60_000,
  });
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
