/**
 * `npm run demo`: from a fresh clone to music found by ear. Sets everything up, ingests the sample catalogue, cuts a
 * passage out of a random track, spoils it as MP3, finds it again, asks for a piece that is in no catalogue, and serves the
 * web page. `-- --once` stops before serving; `-- --seed N` repeats a cut.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './setup/build.mjs';
import { ensureFfmpeg } from './setup/ensure-ffmpeg.mjs';
import { installDependencies } from './setup/install-dependencies.mjs';
import { PROJECT_ROOT } from './setup/project-root.mjs';
import { capture, runCommand } from './setup/run-command.mjs';

/** Length of the passage cut out, seconds. */
const EXCERPT_SECONDS = 10;
/** The offset counts as right within this, seconds. */
const OFFSET_TOLERANCE = 1;

const values = readOptions();
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
if (!Number.isInteger(seed)) fail(`--seed must be a whole number, got "${values.seed}"`);

await installDependencies();
await build();
await ensureFfmpeg();

const cli = join(PROJECT_ROOT, 'apps/cli/dist/main.js');
const env = {
  ...process.env,
  SOUNDALIKE_HOME: process.env.SOUNDALIKE_HOME ?? join(PROJECT_ROOT, '.soundalike'),
};
const folder = await mkdtemp(join(tmpdir(), 'soundalike-demo-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

console.log('\n1. Ingest the sample catalogue\n');
const ingested = await runCommand(
  process.execPath,
  [cli, 'ingest', join(PROJECT_ROOT, 'samples/manifest.csv')],
  { env },
);
if (ingested !== 0) fail(`ingest ended with exit code ${ingested}`);

const random = seededRandom(seed);
const { path, offset } = await chooseExcerpt();
console.log(
  `\n2. Find ${EXCERPT_SECONDS} s of "${path}" from ${clock(offset)}, re-encoded as MP3 at 64 kbit/s (--seed ${seed})\n`,
);
const excerpt = join(folder, 'excerpt.mp3');
await cut(join(PROJECT_ROOT, 'samples', path), offset, excerpt);
await runCommand(process.execPath, [cli, 'similar', excerpt, '--limit', '5'], { env });
checkExcerpt(await similar(excerpt), path, offset);

const heldOut = readdirSync(join(PROJECT_ROOT, 'samples/held-out'))
  .filter((name) => name.endsWith('.opus'))
  .sort();
const stranger = heldOut[Math.floor(random() * heldOut.length)];
console.log(`\n3. Ask for a piece that is in no catalogue: held-out/${stranger}\n`);
const strangerPath = join(PROJECT_ROOT, 'samples/held-out', stranger);
await runCommand(process.execPath, [cli, 'similar', strangerPath, '--limit', '5'], { env });
const answer = await similar(strangerPath);
if (answer.results.some((result) => result.verdict === 'same-recording'))
  fail('a held-out piece was called the same recording');
console.log(`\n   Right: nothing is called the same recording (verdict: ${answer.verdict}).`);

if (values.once) process.exit(0);
console.log(`\n4. The web page (Ctrl-C ends; the catalogue is kept in ${env.SOUNDALIKE_HOME})\n`);
process.on('SIGINT', () => {});
process.exit(
  await runCommand(process.execPath, [cli, 'serve', ...(values.port ? ['--port', values.port] : [])], {
    // A line for each request would hide where the page is.
    env: { LOG_LEVEL: 'warn', ...env },
  }),
);

function readOptions() {
  try {
    return parseArgs({
      options: { once: { type: 'boolean' }, seed: { type: 'string' }, port: { type: 'string' } },
    }).values;
  } catch (error) {
    return fail(`${error.message}. The demo takes --once, --seed N and --port N`);
  }
}

async function chooseExcerpt() {
  const rows = readFileSync(join(PROJECT_ROOT, 'samples/manifest.csv'), 'utf8').trim().split('\n').length - 1;
  const catalogue = readdirSync(join(PROJECT_ROOT, 'samples/catalogue'), { recursive: true })
    .filter((name) => name.endsWith('.opus'))
    .sort();
  if (catalogue.length !== rows)
    fail(`samples/catalogue has ${catalogue.length} tracks, the manifest ${rows} rows`);
  const chosen = join('catalogue', catalogue[Math.floor(random() * catalogue.length)]);
  const { output } = await capture(ffmpeg(), ['-hide_banner', '-i', join(PROJECT_ROOT, 'samples', chosen)]);
  const [, hours, minutes, seconds] =
    /Duration: (\d+):(\d+):([\d.]+)/.exec(output) ?? fail(`ffmpeg cannot read ${chosen}`);
  const duration = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return { path: chosen, offset: Math.round(random() * (duration - EXCERPT_SECONDS) * 100) / 100 };
}

async function cut(source, from, target) {
  const { code, output } = await capture(ffmpeg(), [
    '-nostdin',
    '-v',
    'error',
    '-y',
    '-ss',
    `${from}`,
    '-t',
    `${EXCERPT_SECONDS}`,
    '-i',
    source,
    '-map_metadata',
    '-1',
    '-codec:a',
    'libmp3lame',
    '-b:a',
    '64k',
    target,
  ]);
  if (code !== 0) fail(`ffmpeg could not cut the excerpt: ${output}`);
}

async function similar(file) {
  const { code, output } = await capture(process.execPath, [cli, 'similar', file, '--json'], {
    env: { ...env, LOG_LEVEL: 'silent' },
  });
  if (code !== 0) fail(`similar ended with exit code ${code}: ${output}`);
  return JSON.parse(output);
}

function checkExcerpt(answer, path, offset) {
  const [best] = answer.results;
  const [match] = best?.matches ?? [];
  if (
    best?.location?.path?.normalize() !== path.normalize() &&
    !path.normalize().endsWith(best?.location?.path?.normalize() ?? '?')
  ) {
    fail(`the excerpt's track was not found first; first is ${JSON.stringify(best?.location)}`);
  }
  const error = Math.abs(match.trackFrom - match.queryFrom - offset);
  if (error > OFFSET_TOLERANCE)
    fail(`found, but at ${match.trackFrom - match.queryFrom} s instead of ${offset} s`);
  console.log(`\n   Right: the track is found first, ${error.toFixed(2)} s from the true offset.`);
}

function ffmpeg() {
  if (process.env.FFMPEG_PATH) return process.env.FFMPEG_PATH;
  const bundled = join(PROJECT_ROOT, 'node_modules/ffmpeg-static/ffmpeg');
  try {
    return readFileSync(bundled).length > 0 ? bundled : 'ffmpeg';
  } catch {
    return 'ffmpeg';
  }
}

/** mulberry32: a small seeded generator, so that a cut can be repeated. Public domain, Tommy Ettinger. */
function seededRandom(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, '0')}`;
}

function fail(message) {
  console.error(`\nThe demo failed: ${message}`);
  process.exit(1);
}
