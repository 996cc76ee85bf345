/**
 * Writes .env for docker-compose.yml: a random password for each server. Refuses to overwrite one, since the servers keep the passwords that
 * they were first started with. node scripts/make-env.mjs --music /your/music [--out .env]
 */
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const PASSWORDS = [
  'POSTGRES_PASSWORD',
  'REDIS_PASSWORD',
  'MINIO_PASSWORD',
  'MILVUS_PASSWORD',
  'GRAFANA_PASSWORD',
  'EMBEDDER_KEY',
];

const fail = (message) => {
  console.error(message);
  process.exit(2);
};

const { values } = parseArgs({
  options: { music: { type: 'string' }, out: { type: 'string', default: '.env' } },
});
if (!values.music) fail('Say where the music is: node scripts/make-env.mjs --music /your/music');
const music = resolve(values.music);
if (!existsSync(music)) fail(`There is no folder ${music}.`);
if (/[\n"$\\]/.test(music)) fail(`${music}: a path with ", $ or \\ cannot be written into .env.`);
if (existsSync(values.out))
  fail(`${values.out} is there already; the servers know its passwords. Move it away for new ones.`);

const lines = [
  '# Written by scripts/make-env.mjs. Keep it secret and keep it: the servers know these passwords.',
  `MUSIC_FOLDER="${music}"`,
  ...PASSWORDS.map((name) => `${name}=${randomBytes(24).toString('hex')}`),
  '# Workers on this host, and the cores of each.',
  'WORKERS=1',
  'WORKER_CPUS=4',
];
writeFileSync(values.out, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
console.error(`Written: ${values.out} (readable by you alone).`);
