import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { pythonVenv } from './python-venv.ts';
import { type Service, startService } from './service.ts';

/** A private server that speaks S3 (moto), empty, on a free port; any key is a good one. */
export const startS3 = async (): Promise<Service> => {
  const [bin, port] = await Promise.all([pythonVenv('s3'), freePort()]);
  const url = `http://127.0.0.1:${port}`;
  return startService({
    name: 'moto_server',
    install: 'It comes from PyPI: moto[server]',
    url,
    command: join(bin, 'moto_server'),
    arguments: ['-H', '127.0.0.1', '-p', `${port}`],
    isReady: async () => (await fetch(url)).status < 500,
    readyTimeoutMs: 60_000,
  });
};
