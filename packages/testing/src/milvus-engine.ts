import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce } from './build-once.ts';
import { freePort } from './free-port.ts';
import { pythonVenv } from './python-venv.ts';
import { type Service, startService } from './service.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);

export interface MilvusEngineOptions {
  /** Users must log in; `root` has the password `Milvus`. */
  readonly authorization?: boolean;
  /** PEM files of a server certificate: clients must use TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/**
 * The real Milvus engine (2.3.5, with etcd and storage inside one process) on private data and free ports. The Python
 * package only unpacks the program and writes its configuration; the process started here is the engine itself, so that
 * `kill` is a crash of the engine and nothing is left behind.
 */
export const startMilvusEngine = async (options: MilvusEngineOptions = {}): Promise<Service> => {
  const python = join(await pythonVenv('milvus-engine'), 'python');
  const program = await unpack(python);
  const folder = temporaryFolder('milvus-engine');
  const ports = await configure(python, folder, options);
  const scheme = options.tls ? 'milvuss' : 'milvus';
  const login = options.authorization ? 'root:Milvus@' : '';
  return startService({
    name: 'milvus',
    install: "Install it: pip install milvus==2.3.5 'setuptools<81'",
    url: `${scheme}://${login}127.0.0.1:${ports.proxy}/default`,
    command: program,
    arguments: ['run', 'standalone'],
    spawn: {
      cwd: folder,
      env: {
        ...process.env,
        LD_LIBRARY_PATH: dirname(program),
        DEPLOY_MODE: 'STANDALONE',
        METRICS_PORT: `${ports.metrics}`,
        MILVUS_RUN_DIR: join(folder, 'run'),
        ETCD_CONFIG_PATH: join(folder, 'configs/etcd.yaml'),
      },
    },
    isReady: async () => (await fetch(`http://127.0.0.1:${ports.metrics}/healthz`)).ok,
    readyTimeoutMs: 180_000,
  });
};

/** Unpacks the engine beside its virtual environment, once for a machine: 300 MB that need not be in every data folder. */
const unpack = async (python: string): Promise<string> => {
  const folder = join(dirname(dirname(python)), 'engine');
  await buildOnce(folder, async () => {
    mkdirSync(folder);
    await run(python, ['-c', `import milvus, sys; milvus._initialize_data_files(sys.argv[1])`, folder]);
  });
  return join(folder, 'bin/milvus');
};

/** Settings of the Python package that name a port. */
const PORTS = [
  'proxy',
  'proxy_internal',
  'root_coord',
  'query_coord',
  'query_node',
  'index_coord',
  'index_node',
  'data_coord',
  'data_node',
] as const;

const WRITE_CONFIGURATION = `
import json, sys, milvus
settings = json.loads(sys.argv[2])
config = milvus.MilvusServerConfig(data_dir=sys.argv[1])
config.resolve_storage()
for name, value in settings.items():
    config.set(name, value)
config.write_config()
`;

const configure = async (
  python: string,
  folder: string,
  options: MilvusEngineOptions,
): Promise<Record<'proxy' | 'metrics', number>> => {
  const [metrics, client, peer, ...rest] = await distinctPorts(3 + PORTS.length);
  const ports = Object.fromEntries(PORTS.map((name, i) => [name, rest[i]]));
  const settings = {
    etcd_port: client,
    ...Object.fromEntries(PORTS.map((name) => [`${name}_port`, ports[name]])),
    authorization_enabled: options.authorization ?? false,
    ...(options.tls && {
      tls_mode: 1,
      server_pem_path: options.tls.certificate,
      server_key_path: options.tls.key,
    }),
  };
  await run(python, ['-c', WRITE_CONFIGURATION, folder, JSON.stringify(settings)]);
  // The embedded etcd listens on its default ports unless it has a file of its own.
  const url = (port: number | undefined) => `http://127.0.0.1:${port}`;
  writeFileSync(
    join(folder, 'configs/etcd.yaml'),
    [
      `listen-client-urls: ${url(client)}`,
      `advertise-client-urls: ${url(client)}`,
      `listen-peer-urls: ${url(peer)}`,
      `initial-advertise-peer-urls: ${url(peer)}`,
      `initial-cluster: default=${url(peer)}`,
      // Test data: an fsync for each metadata write makes every collection a second slower.
      'unsafe-no-fsync: true',
      '',
    ].join('\n'),
  );
  return { proxy: ports.proxy as number, metrics: metrics as number };
};

const distinctPorts = async (count: number): Promise<number[]> => {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
};
