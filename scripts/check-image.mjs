/**
 * Runs the steps of infra/Dockerfile's `build` stage in a clean folder, without Docker, and starts what comes out as the image would: every
 * COPY takes what git tracks, every RUN is run. Then the server must answer its health check, with nothing written outside its data folder.
 * Not covered: the base images, apt-get in the last stage, and the GPU stage, whose packages come from elsewhere.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_ROOT } from './setup/project-root.mjs';

const STAGE = 'build';
const READY_MS = 60_000;

/** Instructions of one stage of a Dockerfile: comments dropped, continued lines joined. */
const stepsOf = (text, stage) => {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n');
  const from = lines.findIndex((line) => new RegExp(`^FROM \\S+ AS ${stage}$`).test(line));
  if (from < 0) throw new Error(`no stage ${stage} in the Dockerfile`);
  const next = lines.findIndex((line, index) => index > from && line.startsWith('FROM '));
  return lines.slice(from + 1, next < 0 ? undefined : next).map((line) => {
    const [, name, rest] = /^(\w+)\s+(.*)$/.exec(line);
    return { name, rest };
  });
};

const tracked = (path) =>
  execFileSync('git', ['ls-files', '-z', '--', path], { cwd: PROJECT_ROOT, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);

const app = mkdtempSync(join(tmpdir(), 'soundalike-image-'));
const data = mkdtempSync(join(tmpdir(), 'soundalike-image-data-'));
process.once('exit', () => {
  for (const folder of [app, data]) rmSync(folder, { recursive: true, force: true });
});

/** COPY a b c target/: files keep their names; a folder's content goes into the target. */
const copy = (rest) => {
  const [target, ...sources] = rest.split(/\s+/).reverse();
  for (const source of sources.reverse()) {
    const isFolder = statSync(join(PROJECT_ROOT, source)).isDirectory();
    for (const file of tracked(source)) {
      const name = isFolder ? relative(source, file) : basename(file);
      const to = join(app, target, name);
      mkdirSync(join(to, '..'), { recursive: true });
      cpSync(join(PROJECT_ROOT, file), to);
    }
  }
};

for (const { name, rest } of stepsOf(readFileSync(join(PROJECT_ROOT, 'infra/Dockerfile'), 'utf8'), STAGE)) {
  if (name === 'WORKDIR') continue;
  const began = Date.now();
  if (name === 'COPY') copy(rest);
  else if (name === 'RUN')
    execFileSync('/bin/sh', ['-c', rest], { cwd: app, stdio: ['ignore', 'ignore', 'inherit'] });
  else throw new Error(`the stage has a step that is not known here: ${name}`);
  console.error(`${name} ${rest.slice(0, 70)}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
const size = execFileSync('du', ['-sm', app], { encoding: 'utf8' }).split('\t')[0];
console.error(`/app is ${size} MB.`);

const main = join(app, 'apps/cli/dist/main.js');
const metricsPort = 20_000 + Math.floor(Math.random() * 20_000);
// As nobody special where that is possible, in a tree that only root may write to.
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
if (user.uid) {
  execFileSync('chmod', ['-R', 'a+rX,go-w', app]);
  execFileSync('chown', [`${user.uid}:${user.gid}`, data]);
}
const server = spawn(process.execPath, [main, 'serve', '--port', '0'], {
  ...user,
  cwd: data,
  env: {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    SOUNDALIKE_HOME: data,
    METRICS_PORT: `${metricsPort}`,
    LOG_LEVEL: 'error',
    ...(process.env.FFMPEG_PATH ? { FFMPEG_PATH: process.env.FFMPEG_PATH } : {}),
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let said = '';
server.stdout.on('data', (chunk) => {
  said += chunk;
});
const isHealthy = () => {
  try {
    execFileSync(process.execPath, [join(app, 'infra/health-check.mjs')], {
      env: { METRICS_PORT: `${metricsPort}` },
    });
    return true;
  } catch {
    return false;
  }
};
const deadline = Date.now() + READY_MS;
while (!isHealthy() || !said.includes('http')) {
  if (server.exitCode !== null || Date.now() > deadline) {
    console.error(`The server did not become healthy (exit code ${server.exitCode}).\n${said}`);
    server.kill('SIGKILL');
    process.exit(1);
  }
  await sleep(500);
}
const url = /https?:\/\/\S+/.exec(said)[0];
for (const path of ['/', '/ingest/', '/readyz', '/openapi.json']) {
  const { status } = await fetch(url + path);
  if (status !== 200) {
    console.error(`${path} answered ${status}.`);
    server.kill('SIGKILL');
    process.exit(1);
  }
}
server.kill('SIGTERM');
const code = await new Promise((resolve) => server.once('exit', resolve));
console.error(`Healthy, pages and API answer, SIGTERM ended it with ${code}.`);
process.exit(code === 0 ? 0 : 1);
