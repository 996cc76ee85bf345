import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../setup/project-root.mjs';
import { mustRun } from '../setup/run-command.mjs';

const CLI = join(PROJECT_ROOT, 'apps/cli/dist/main.js');

/** Tracks of a run in the dashboard's scene. */
const SCENE_ITEMS = 1_200;

/**
 * `soundalike serve` over the sample catalogue, which is ingested where SOUNDALIKE_HOME does not name it.
 *
 * @param {Record<string, string>} [settings] beside those of the environment
 * @returns {Promise<{ url: string, home: string, stop(): Promise<void> }>}
 */
export const serveSearch = async (settings = {}) => {
  const given = settings.SOUNDALIKE_HOME ?? process.env.SOUNDALIKE_HOME;
  const own = given ? undefined : mkdtempSync(join(tmpdir(), 'soundalike-pictures-'));
  const home = own ?? given;
  const env = { ...process.env, LOG_LEVEL: 'error', ...settings, SOUNDALIKE_HOME: home };
  if (own)
    await mustRun(process.execPath, [CLI, 'ingest', join(PROJECT_ROOT, 'samples/manifest.csv')], { env });
  const child = spawn(process.execPath, [CLI, 'serve', '--port', '0', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /"url":\s*"([^"]+)"/.exec(output)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`serve ended with exit code ${code}: ${output}`)));
  });
  return {
    url,
    home,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      if (own) rmSync(own, { recursive: true, force: true });
    },
  };
};

/** The dashboard over the catalogue that its tests use: a run of 1,200 items that is under way. */
export const serveDashboard = async () => {
  const { startScene } = await import('../../apps/ingest/dist/dashboard.fixture.js');
  const { app } = await startScene(SCENE_ITEMS);
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), stop: () => app.close() };
};
