/** CPU-seconds of a track by what is done to it, from whole runs of the built command line, of ffmpeg, and of the network alone. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  createSession,
  loadInt8,
  loadModel,
  loadWeights,
  WINDOW_SAMPLES,
} from '../../packages/embedder/dist/index.js';
import { findFfmpeg } from '../../packages/source/dist/index.js';
import { temporaryFolder } from '../../packages/testing/dist/index.js';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'apps/cli/dist/main.js');
const SAMPLES = join(ROOT, 'samples/catalogue');
/** Windows of one timed run of the network. */
const WINDOWS = 32;
const BATCH = 4;

/** Tracks of the given length as MP3, each from another piece or place. */
const makeTracks = (folder, ffmpeg, count, seconds) => {
  mkdirSync(folder);
  const files = readdirSync(SAMPLES, { recursive: true })
    .filter((name) => name.endsWith('.opus'))
    .sort();
  for (let i = 0; i < count; i++)
    execFileSync(ffmpeg, [
      ...[
        '-v',
        'error',
        '-stream_loop',
        '-1',
        '-ss',
        `${i * 0.37}`,
        '-i',
        join(SAMPLES, files[i % files.length]),
        '-t',
        `${seconds}`,
      ],
      ...['-map', '0:a:0', '-c:a', 'libmp3lame', '-b:a', '192k', join(folder, `${i}.mp3`)],
    ]);
};

/** User and system seconds of a command and everything that it started and waited for. */
const timed = (command, env) => {
  const said = execFileSync(
    'bash',
    ['-c', 'exec 3>&1; TIMEFORMAT="%U %S"; { time "$@" >/dev/null 2>/dev/null; } 2>&3', '_', ...command],
    { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, encoding: 'utf8' },
  );
  const [user, system] = said.trim().split(/\s+/).map(Number);
  return user + system;
};

/** CPU-seconds of one window, after one warm run. */
const networkSeconds = async (model, precision) => {
  const weights = await loadWeights(model);
  const int8 = { quantisation: await loadInt8(model), quietDb: model.manifest.variants.int8.quietDb };
  const session = await createSession({
    weights,
    provider: 'cpu',
    ...(precision === 'int8' ? { int8 } : {}),
  });
  const windows = new Float32Array(BATCH * WINDOW_SAMPLES).map(
    (_, i) => 0.3 * Math.sin(i / 20 + (i % 977) / 300),
  );
  await session.run(windows, BATCH);
  const before = process.cpuUsage();
  for (let done = 0; done < WINDOWS; done += BATCH) await session.run(windows, BATCH);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / WINDOWS;
};

/** CPU-seconds of one window in each precision. Nothing else may run in this process meanwhile. */
export const measureNetwork = async () => {
  const model = await loadModel({ name: 'clmr-synth' });
  return { fp32: await networkSeconds(model, 'fp32'), int8: await networkSeconds(model, 'int8') };
};

/** @returns CPU-seconds: of one window by precision, and of one track by coverage, in parts */
export const measureCpu = async ({ tracks, seconds, coverages, window }) => {
  const ffmpeg = await findFfmpeg();
  const folder = join(temporaryFolder('capacity-music'), 'music');
  makeTracks(folder, ffmpeg, tracks, seconds);
  const decoding = ['-v', 'error', '-nostdin', '-threads', '1'];
  const decode = readdirSync(folder)
    .map((name) =>
      timed([
        ffmpeg,
        ...decoding,
        '-i',
        join(folder, name),
        '-map',
        '0:a:0',
        '-af',
        'pan=mono|c0=0.5*c0+0.5*c1',
        '-ar',
        '22050',
        '-f',
        'f32le',
        '/dev/null',
        '-y',
      ]),
    )
    .reduce((sum, value) => sum + value, 0);
  const runs = {};
  for (const [coverage, clips] of Object.entries(coverages)) {
    const env = {
      SOUNDALIKE_HOME: temporaryFolder('capacity-home'),
      MODEL: 'clmr-synth',
      COVERAGE: coverage,
      LOG_LEVEL: 'error',
    };
    // What a run costs that does nothing is no track's.
    const idle = timed([process.execPath, CLI, 'ingest', temporaryFolder('capacity-none')], env);
    const all = (timed([process.execPath, CLI, 'ingest', folder], env) - idle) / tracks;
    const parts = { decode: decode / tracks, embed: clips * window.int8 };
    runs[coverage] = { ...parts, rest: Math.max(0, all - parts.decode - parts.embed), all };
  }
  return { window, runs };
};
