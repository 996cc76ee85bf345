/**
 * A generated catalogue through the built command line from a folder, a manifest, HTTP and a bucket: exact counts, one and the same index, kill -9
 * at random and resumed, a second run, a renamed folder, and predicted against actual finish.
 *
 * `npm run build && node bench/catalogue/main.mjs [files] [folder,manifest,http,s3]`
 */
import { deepStrictEqual } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { generateCatalogue } from '../../apps/ingest/dist/generated-catalogue.fixture.js';
import { measureRun } from '../../apps/ingest/dist/index.js';
import { openCatalogue } from '../../packages/catalogue/dist/index.js';
import { findFfmpeg } from '../../packages/source/dist/index.js';
import { startS3 } from '../../packages/testing/dist/index.js';

const count = Number(process.argv[2] ?? 2_000);
const sources = (process.argv[3] ?? 'folder,manifest,http,s3').split(',');
const CLI = new URL('../../apps/cli/dist/main.js', import.meta.url).pathname;
const SAMPLES = new URL('../../samples/catalogue', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'soundalike-generated-'));
const music = join(folder, 'music');
const print = (...words) => console.log(...words);
const seconds = (from) => ((performance.now() - from) / 1000).toFixed(1);
let s3;
let reference;

const from = performance.now();
const expected = generateCatalogue({ folder: music, count, ffmpeg: await findFfmpeg(), samples: SAMPLES });
print(
  `${count} files made in ${seconds(from)} s: ${expected.indexed} to index, ${expected.duplicate} duplicates, ${expected.failed} broken`,
);

for (const source of sources) {
  const home = mkdtempSync(join(folder, `home-${source}-`));
  const began = performance.now();
  if (source === 'http') await byHttp(home);
  else await byCommand(source, home);
  await check(source, home, began);
  if (source === 'folder') await againAndRenamed(home);
}
await s3?.stop();
rmSync(folder, { recursive: true });

function environment(home) {
  return {
    PATH: process.env.PATH,
    HOME: home,
    SOUNDALIKE_HOME: home,
    SOUNDALIKE_ROOTS: `music=${music}`,
    MODEL: 'untrained',
    MAX_TRACK_MINUTES: '1',
    LOG_LEVEL: 'error',
    ...(s3 ? { S3_ENDPOINT: s3.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' } : {}),
  };
}

function start(home, args) {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: environment(home),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.output = '';
  child.stdout.on('data', (chunk) => {
    child.output += chunk;
  });
  return child;
}

/** The first run of the folder is left alone, for its predictions; every other is killed at random once and started again. */
async function byCommand(source, home) {
  const args = ['ingest', await argumentOf(source), '--json'];
  if (source === 'folder') {
    const child = start(home, args);
    await predict(child, home);
    return;
  }
  const killed = start(home, args);
  await killAtRandom(killed, home);
  const child = start(home, args);
  await once(child, 'close');
}

async function argumentOf(source) {
  if (source === 'folder') return music;
  if (source === 'manifest') {
    const manifest = join(folder, 'manifest.jsonl');
    writeFileSync(
      manifest,
      expected.files.map((file) => JSON.stringify({ path: `music/${file}` })).join('\n'),
    );
    return manifest;
  }
  s3 = await startS3();
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  const client = new S3Client({ endpoint: s3.url, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'catalogue' }));
  for (const file of expected.files)
    await client.send(
      new PutObjectCommand({ Bucket: 'catalogue', Key: file, Body: readFileSync(join(music, file)) }),
    );
  client.destroy();
  return 's3://catalogue';
}

async function byHttp(home) {
  let server = await serve(home);
  for (let at = 0; at < expected.files.length; at += 1000) {
    const items = expected.files.slice(at, at + 1000).map((file) => ({ path: `music/${file}` }));
    const response = await fetch(`${server.url}/v1/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-soundalike': '1', 'idempotency-key': `bench-${at}` },
      body: JSON.stringify({ items }),
    });
    if (response.status !== 202) throw new Error(await response.text());
  }
  await killAtRandom(server.child, home);
  server = await serve(home);
  while ((await stateOf(home)).left > 0) await sleep(1000);
  server.child.kill('SIGTERM');
  await once(server.child, 'close');
}

async function serve(home) {
  const child = start(home, ['serve', '--port', '0', '--json']);
  while (!child.output.includes('}')) await sleep(100);
  return { child, url: JSON.parse(child.output).url };
}

async function stateOf(home) {
  const catalogue = await openCatalogue(`sqlite:${join(home, 'catalogue.db')}`, { readOnly: true });
  try {
    const { queued, active, indexed, duplicate, failed } = await catalogue.stateCounts();
    return { left: queued + active, indexed, duplicate, failed };
  } finally {
    await catalogue.close();
  }
}

/** Waits until something between a tenth and nine tenths is done, then ends the process as a power cut would. */
async function killAtRandom(child, home) {
  const share = 0.1 + 0.8 * Math.random();
  for (;;) {
    await sleep(300);
    const state = await stateOf(home).catch(() => undefined);
    if (!state) continue;
    const done = state.indexed + state.duplicate + state.failed;
    if (done < share * count) continue;
    child.kill('SIGKILL');
    await once(child, 'close');
    print(`  killed -9 with ${done} of ${count} done`);
    return;
  }
}

/** Follows a run and prints, at each tenth from 20 % on, when it was said to end against when it did. */
async function predict(child, home) {
  const points = [];
  const closed = once(child, 'close');
  let isOver = false;
  closed.then(() => {
    isOver = true;
  });
  let catalogue;
  while (!isOver) {
    await sleep(500);
    catalogue ??= await openCatalogue(`sqlite:${join(home, 'catalogue.db')}`, { readOnly: true }).catch(
      () => undefined,
    );
    const progress = await measureRun(catalogue, 1).catch(() => undefined);
    if (progress?.etaSeconds == null || progress.total === 0) continue;
    points.push({
      at: performance.now(),
      share: progress.done / progress.total,
      eta: progress.etaSeconds,
      bottleneck: progress.bottleneck,
    });
  }
  await catalogue?.close();
  const end = points.find(({ share }) => share >= 1)?.at ?? performance.now();
  print('  done   said      was       off   bottleneck');
  for (let tenth = 2; tenth < 10; tenth++) {
    const point = points.find(({ share }) => share >= tenth / 10);
    if (!point || point.share >= 1) continue;
    const was = (end - point.at) / 1000;
    print(
      `  ${String(tenth * 10).padStart(3)} % ${point.eta.toFixed(1).padStart(7)} s ${was.toFixed(1).padStart(7)} s ${(((point.eta - was) / was) * 100).toFixed(0).padStart(6)} %   ${point.bottleneck}`,
    );
  }
}

async function check(source, home, began) {
  const took = seconds(began);
  const { left, ...state } = await stateOf(home);
  const { indexed, duplicate, failed } = expected;
  deepStrictEqual({ left, ...state }, { left: 0, indexed, duplicate, failed });
  const catalogue = await openCatalogue(`sqlite:${join(home, 'catalogue.db')}`, { readOnly: true });
  const codes = Object.fromEntries(
    (await catalogue.failureGroups()).map(({ code, count: found }) => [code, found]),
  );
  deepStrictEqual(codes, { ...expected.codes });
  const index = (await catalogue.listTracks({ limit: 100_000 }))
    .map(({ id, clipCount }) => [id, clipCount])
    .sort();
  await catalogue.close();
  reference ??= index;
  deepStrictEqual(index, reference);
  print(
    `${source}: ${took} s, every count exact, the index is ${source === sources[0] ? 'the reference' : 'the same'} (${index.length} tracks)`,
  );
}

async function againAndRenamed(home) {
  const run = async (what) => {
    const began = performance.now();
    const child = start(home, ['ingest', music, '--json']);
    await once(child, 'close');
    const { indexed, unchanged, duplicate, failed, gone, audioSeconds } = JSON.parse(child.output);
    print(
      `  ${what}: ${seconds(began)} s, ${JSON.stringify({ indexed, duplicate, unchanged, failed, gone, audioSeconds })}`,
    );
    deepStrictEqual(audioSeconds, 0);
  };
  await run('second run');
  renameSync(join(music, 'Ärtist 1'), join(music, 'Umbenannt 雪'));
  await run('a folder renamed');
  renameSync(join(music, 'Umbenannt 雪'), join(music, 'Ärtist 1'));
}
