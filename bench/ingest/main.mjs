/**
 * Memory and speed of a bulk ingest: cuts N tracks of real audio, ingests them with the built command line on embedded defaults, and
 * prints the resident memory of the whole process tree at start, middle and end, tracks an hour, and the share of time by stage.
 *
 *   npm run build && node bench/ingest/main.mjs [--tracks 500] [--seconds 20] [--json]
 */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { openCatalogue } from '@soundalike/catalogue';
import { findFfmpeg } from '@soundalike/source';

const run = promisify(execFile);
const SAMPLES = fileURLToPath(new URL('../../samples/catalogue', import.meta.url));
const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));

/** How often the tree's memory is read, ms. */
const SAMPLE_EVERY_MS = 500;

/** From one passage of a sample to the next: more than a page of Ogg, at which copied passages begin; the samples are 20 to 40 s long. */
const STEP_SECONDS = 1.2;

const { values: options } = parseArgs({
  options: {
    tracks: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});

const main = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-bench-ingest-'));
  try {
    const music = join(folder, 'music');
    await makeTracks(music, Number(options.tracks), Number(options.seconds));
    const home = join(folder, 'home');
    const { report, memory } = await ingest(music, home);
    const stages = await stageShares(home);
    const at = (share) => memory[Math.min(memory.length - 1, Math.floor(share * memory.length))];
    const result = {
      tracks: report.indexed,
      audioSeconds: report.audioSeconds,
      cores: availableParallelism(),
      wallSeconds: report.wallSeconds,
      tracksAnHour: Math.round((report.indexed / report.wallSeconds) * 3600),
      timesRealTime: Math.round(report.audioSeconds / report.wallSeconds),
      residentMb: { start: at(0.1), middle: at(0.5), end: at(0.95), largest: Math.max(...memory) },
      stages,
    };
    console.log(options.json ? JSON.stringify(result, null, 2) : format(result));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Cuts passages out of the sample catalogue without coding them again, each from another place, so that every track has another content. */
const makeTracks = async (music, count, seconds) => {
  await mkdir(music, { recursive: true });
  const ffmpeg = await findFfmpeg();
  const files = (await readdir(SAMPLES, { recursive: true })).filter((name) => name.endsWith('.opus')).sort();
  for (let index = 0; index < count; index++) {
    const source = join(SAMPLES, files[index % files.length]);
    const from = Math.floor(index / files.length) * STEP_SECONDS;
    const target = join(music, `${String(index).padStart(4, '0')}.opus`);
    const cut = ['-ss', `${from}`, '-t', `${seconds}`, '-i', source, '-map', '0:a:0', '-c', 'copy'];
    await run(ffmpeg, ['-v', 'error', ...cut, target]);
  }
};

const ingest = async (music, home) => {
  const child = spawn(process.execPath, [CLI, 'ingest', music, '--json'], {
    env: { ...process.env, SOUNDALIKE_HOME: home, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const memory = [];
  const timer = setInterval(async () => memory.push(await treeMegabytes(child.pid)), SAMPLE_EVERY_MS);
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  clearInterval(timer);
  return { report: JSON.parse(output), memory: memory.filter((megabytes) => megabytes > 0) };
};

/** Resident memory of a process and all its descendants, MB (from Linux's /proc). */
const treeMegabytes = async (root) => {
  const processes = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
        const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
        return { pid: Number(pid), parent: field('PPid'), kilobytes: field('VmRSS') };
      }),
  );
  const family = new Set([root]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  const kilobytes = processes
    .filter(({ pid }) => family.has(pid))
    .reduce((sum, one) => sum + one.kilobytes, 0);
  return Math.round(kilobytes / 1000);
};

const stageShares = async (home) => {
  const catalogue = await openCatalogue(`sqlite:${join(home, 'catalogue.db')}`, { readOnly: true });
  try {
    const totals = {};
    for (const { timings } of await catalogue.listItems({ state: 'indexed', limit: 100_000 }))
      for (const [stage, ms] of Object.entries(timings)) totals[stage] = (totals[stage] ?? 0) + ms;
    const all = Object.values(totals).reduce((sum, ms) => sum + ms, 0);
    return Object.fromEntries(
      Object.entries(totals).map(([stage, ms]) => [stage, Math.round((ms / all) * 1000) / 10]),
    );
  } finally {
    await catalogue.close();
  }
};

const format = (result) =>
  [
    `${result.tracks} tracks, ${result.audioSeconds} s of audio, on ${result.cores} cores: ${result.wallSeconds} s`,
    `${result.tracksAnHour.toLocaleString('en')} tracks an hour, ${result.timesRealTime} times real time`,
    `resident memory of the process tree, MB: ${Object.entries(result.residentMb)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    `share of the items' time, %: ${Object.entries(result.stages)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
  ].join('\n');

await main();
