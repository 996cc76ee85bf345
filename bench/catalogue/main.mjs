/**
 * A generated catalogue through the built command line from a folder, a manifest, links, `POST /v1/ingest` and a bucket: exact counts, one and
 * the same index, kill -9 at random and resumed, a second run, a renamed folder, and predicted against actual finish.
 *
 *     npm run build && node bench/catalogue/main.mjs [files] [eta,folder,manifest,links,post,s3] [folder]
 *
 * `eta` is the folder, left alone and followed; it is what the others are compared with. With a folder, catalogue and reference stay there, so that
 * sources can be run one at a time. Settings such as COVERAGE are handed on.
 */
import { deepStrictEqual } from 'node:assert';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { generateCatalogue } from '../../apps/ingest/dist/generated-catalogue.fixture.js';
import { findFfmpeg } from '../../packages/source/dist/index.js';
import { startS3 } from '../../packages/testing/dist/index.js';
import { compareIndexes, documentOf, killAtRandom, serve, start, stateOf, withLedger } from './drive.mjs';
import { predict } from './predict.mjs';

const count = Number(process.argv[2] ?? 2_000);
const sources = (process.argv[3] ?? 'eta,folder,manifest,links,post,s3').split(',');
const kept = process.argv[4];
const SAMPLES = new URL('../../samples/catalogue', import.meta.url).pathname;
/** Settings of the caller that the measured processes get. */
const HANDED_ON = ['COVERAGE', 'MODEL', 'WORKER_CONCURRENCY', 'EMBED_PROCESSES', 'FFMPEG_PATH'];
/** Items in one request, the most that is taken. */
const ITEMS_A_POST = 1_000;

const folder = kept ?? mkdtempSync(join(tmpdir(), 'soundalike-generated-'));
const music = join(folder, 'music');
const print = (...words) => console.log(...words);
const seconds = (from) => ((performance.now() - from) / 1000).toFixed(1);
const closers = [];
const environment = {
  SOUNDALIKE_ROOTS: `music=${music}`,
  ALLOW_FETCH: '127.0.0.1',
  ...Object.fromEntries(
    HANDED_ON.filter((name) => process.env[name]).map((name) => [name, process.env[name]]),
  ),
};

const state = await prepare();
const { expected } = state;
try {
  for (const source of sources) {
    const home = mkdtempSync(join(folder, `home-${source}-`));
    if (source === 'post') await byPost(home);
    else await byCommand(source, home);
    if (!kept && home !== state.reference) rmSync(home, { recursive: true });
  }
} finally {
  for (const close of closers) await close();
  if (!kept) rmSync(folder, { recursive: true });
}

/** Makes the catalogue, or finds it where an earlier call left it. */
async function prepare() {
  const file = join(folder, 'state.json');
  const save = (next) => writeFileSync(file, JSON.stringify(next));
  if (existsSync(file)) return { ...JSON.parse(readFileSync(file, 'utf8')), save };
  const from = performance.now();
  const made = generateCatalogue({
    folder: music,
    count,
    ffmpeg: await findFfmpeg(process.env.FFMPEG_PATH),
    samples: SAMPLES,
  });
  print(
    `${count} files made in ${seconds(from)} s: ${made.indexed} to index, ${made.duplicate} duplicates, ${made.failed} broken`,
  );
  save({ expected: made });
  return { expected: made, save };
}

/** A source through `soundalike ingest`: killed at random once and started again (but for `eta`), then once more, which must change nothing. */
async function byCommand(source, home) {
  const argument = await argumentOf(source);
  const args = ['ingest', argument, '--json'];
  const began = performance.now();
  let before = { indexed: 0, duplicate: 0, failed: 0 };
  let child = start(home, args, environment);
  if (source === 'eta') await predict(child, home, print);
  else {
    before = await killAtRandom(child, home, count);
    print(
      `${source}: killed -9 after ${seconds(began)} s with ${before.indexed + before.duplicate + before.failed} of ${count} done`,
    );
    child = start(home, args, environment);
  }
  const report = await documentOf(child);
  const { code, indexed, duplicate, unchanged, failed, gone, pending, failures } = report;
  deepStrictEqual(
    { code, indexed, duplicate, unchanged, failed, gone, pending, codes: codesOf(failures) },
    {
      code: 3,
      indexed: expected.indexed - before.indexed,
      duplicate: expected.duplicate - before.duplicate,
      unchanged: before.indexed + before.duplicate,
      failed: expected.failed,
      gone: 0,
      pending: 0,
      codes: { ...expected.codes },
    },
  );
  await check(source, home, began);
  await again(home, args, 'second run', { unchanged: expected.indexed + expected.duplicate, gone: 0 });
  if (source === 'folder') await renamed(home, args);
}

/** Runs a source again: nothing may be embedded, the index may not change. */
async function again(home, args, what, { unchanged, gone }) {
  const began = performance.now();
  const child = start(home, args, environment);
  const report = await documentOf(child);
  const { indexed, duplicate, failed, audioSeconds } = report;
  print(
    `  ${what}: ${seconds(began)} s, ${JSON.stringify({ indexed, duplicate, unchanged: report.unchanged, failed, gone: report.gone, audioSeconds })}`,
  );
  deepStrictEqual(
    { unchanged: report.unchanged, done: indexed + duplicate, failed, gone: report.gone, audioSeconds },
    {
      unchanged,
      done: expected.indexed + expected.duplicate - unchanged,
      failed: expected.failed,
      gone,
      audioSeconds: 0,
    },
  );
  await compareIndexes(state.reference, home);
}

async function renamed(home, args) {
  const [from, to] = ['Ärtist 1', 'Umbenannt 雪'];
  const inside = expected.files.filter((file) => file.startsWith(`${from}/`));
  const broken = inside.filter((file) => file.includes('/broken ')).length;
  renameSync(join(music, from), join(music, to));
  try {
    await again(home, args, `a folder of ${inside.length} files renamed`, {
      unchanged: expected.indexed + expected.duplicate - (inside.length - broken),
      gone: inside.length,
    });
  } finally {
    renameSync(join(music, to), join(music, from));
  }
}

async function argumentOf(source) {
  if (source === 'eta' || source === 'folder') return music;
  if (source === 'manifest') {
    const manifest = join(folder, 'manifest.jsonl');
    const lines = expected.files.map((file) => JSON.stringify({ path: `music/${file}` }));
    writeFileSync(manifest, lines.join('\n'));
    return manifest;
  }
  if (source === 'links') {
    const list = join(folder, 'links.txt');
    const base = await serveFiles();
    const lines = expected.files.map(
      (file) => `${base}/${file.split('/').map(encodeURIComponent).join('/')}`,
    );
    writeFileSync(list, lines.join('\n'));
    return list;
  }
  await fillBucket();
  return 's3://catalogue';
}

/** The files by HTTP, as a plain server gives them. */
async function serveFiles() {
  const server = createServer((request, response) => {
    const bytes = readFileSync(join(music, decodeURIComponent(request.url)));
    response.writeHead(200, { 'content-length': bytes.length, 'content-type': 'application/octet-stream' });
    response.end(bytes);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

async function fillBucket() {
  const from = performance.now();
  const s3 = await startS3();
  closers.push(() => s3.stop());
  const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  Object.assign(environment, keys, { S3_ENDPOINT: s3.url });
  Object.assign(process.env, keys);
  const client = new S3Client({ endpoint: s3.url, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'catalogue' }));
  for (const file of expected.files)
    await client.send(
      new PutObjectCommand({ Bucket: 'catalogue', Key: file, Body: readFileSync(join(music, file)) }),
    );
  client.destroy();
  print(`s3: ${expected.files.length} objects put in ${seconds(from)} s`);
}

/** Items by `POST /v1/ingest` into a `serve` that is killed at random and started again. */
async function byPost(home) {
  const began = performance.now();
  let server = await serve(home, environment);
  const post = async (at) => {
    const items = expected.files.slice(at, at + ITEMS_A_POST).map((file) => ({ path: `music/${file}` }));
    const response = await fetch(`${server.url}/v1/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-soundalike': '1', 'idempotency-key': `bench-${at}` },
      body: JSON.stringify({ items }),
    });
    if (response.status !== 202) throw new Error(await response.text());
    return (await response.json()).run;
  };
  const starts = Array.from({ length: Math.ceil(count / ITEMS_A_POST) }, (_, i) => i * ITEMS_A_POST);
  const runs = [];
  for (const at of starts) runs.push(await post(at));
  const before = await killAtRandom(server.child, home, count);
  print(
    `post: killed -9 after ${seconds(began)} s with ${before.indexed + before.duplicate + before.failed} of ${count} done`,
  );
  server = await serve(home, environment);
  // The same keys once more: the first answers, nothing is added.
  for (const [i, at] of starts.entries()) deepStrictEqual(await post(at), runs[i]);
  for (;;) {
    const { queued, active } = await stateOf(home);
    if (queued + active === 0) break;
    await sleep(500);
  }
  const sums = { indexed: 0, duplicate: 0, failed: 0 };
  for (const run of runs) {
    const { counts } = await (await fetch(`${server.url}/v1/ingest/runs/${run}`)).json();
    for (const key of Object.keys(sums)) sums[key] += counts[key];
  }
  server.child.kill('SIGTERM');
  await server.child.ended;
  const { indexed, duplicate, failed } = expected;
  deepStrictEqual(sums, { indexed, duplicate, failed });
  await check('post', home, began);
}

/** The ledger against what is expected, the index against the reference. */
async function check(source, home, began) {
  const took = seconds(began);
  const { queued, active, indexed, duplicate, failed } = await stateOf(home);
  deepStrictEqual(
    { left: queued + active, indexed, duplicate, failed },
    { left: 0, indexed: expected.indexed, duplicate: expected.duplicate, failed: expected.failed },
  );
  deepStrictEqual(codesOf(await withLedger(home, (catalogue) => catalogue.failureGroups())), {
    ...expected.codes,
  });
  if (!state.reference) {
    state.reference = home;
    state.save({ expected, reference: home });
  }
  const { tracks, clips, cosine } = await compareIndexes(state.reference, home);
  const standing = home === state.reference ? 'the reference' : `the same, cosines from ${cosine.toFixed(6)}`;
  print(`${source}: ${took} s, every count exact; index: ${tracks} tracks, ${clips} clips, ${standing}`);
}

function codesOf(failures) {
  return Object.fromEntries(failures.map(({ code, count: found }) => [code, found]));
}
