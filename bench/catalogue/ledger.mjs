/**
 * The ledger at size, metadata only: 100,000 items, what operators ask of them, and a dry run of 1,000,000 manifest lines.
 * `npm run build && node bench/catalogue/ledger.mjs [items] [lines, 0 for none] [sqlite|postgres]` prints a table; PostgreSQL is a private one.
 */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { dashboardPage, registerIngestRoutes } from '../../apps/ingest/dist/http/index.js';
import { feedQueue } from '../../apps/ingest/dist/index.js';
import { openCatalogue } from '../../packages/catalogue/dist/index.js';
import { silentLogger } from '../../packages/core/dist/index.js';
import { createHttpApp } from '../../packages/http/dist/index.js';
import { openQueue } from '../../packages/queue/dist/index.js';
import { startPostgres, startRedis } from '../../packages/testing/dist/index.js';

const [items = 100_000, lines = 1_000_000] = process.argv.slice(2, 4).map(Number);
const kind = process.argv[4] ?? 'sqlite';
const ROOT = 'm';
const CLI = new URL('../../apps/cli/dist/main.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'soundalike-ledger-'));
const postgres = kind === 'postgres' ? await startPostgres() : undefined;
const url = postgres?.url ?? `sqlite:${join(folder, 'catalogue.db')}`;
const print = (what, ms, more = '') =>
  console.log(`${what.padEnd(46)} ${ms.toFixed(0).padStart(8)} ms  ${more}`);
const timed = async (what, work, more = () => '') => {
  const from = performance.now();
  const result = await work();
  print(what, performance.now() - from, more(result));
  return result;
};

/** Where an item's file lies, below `folder`. */
const pathOf = (at) => `albums/${at % 5000}/${at}.flac`;

/** Empty files for the known items, so that a look at each finds what a real catalogue has. */
const writeFiles = (count) => {
  for (let at = 0; at < Math.min(count, 5000); at++)
    mkdirSync(join(folder, `albums/${at}`), { recursive: true });
  for (let at = 0; at < count; at++) writeFileSync(join(folder, pathOf(at)), '');
};

/** Writes a manifest of so many lines. */
const writeManifest = async (name, count) => {
  const path = join(folder, name);
  const stream = createWriteStream(path);
  for (let i = 0; i < count; i++) {
    const line = {
      id: `LBL-${i}`,
      path: pathOf(i),
      title: `Track ${i}`,
      artist: `Artist ${i % 9000}`,
    };
    if (!stream.write(`${JSON.stringify(line)}\n`))
      await new Promise((resolve) => stream.once('drain', resolve));
  }
  await new Promise((resolve) => stream.end(resolve));
  return path;
};

/** Runs the command line; resolves to wall time, peak memory and output. */
const cli = (args) =>
  new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(process.execPath, [CLI, ...args], {
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        SOUNDALIKE_HOME: folder,
        DATABASE_URL: url,
        SOUNDALIKE_ROOTS: `${ROOT}=${folder}`,
        LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    let peakMb = 0;
    const look = () => {
      try {
        peakMb = Math.max(
          peakMb,
          Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
        );
      } catch {
        // It has ended.
      }
    };
    const timer = setInterval(look, 50);
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(timer);
      resolve({ ms: performance.now() - from, peakMb, output, code });
    });
  });
const showCli = async (args, shown = args) => {
  const { ms, peakMb, output, code } = await cli(args);
  print(`soundalike ${shown.join(' ')}`, ms, `peak ${peakMb.toFixed(0)} MB, exit ${code}`);
  return output;
};

console.log(`${items} items in ${kind}`);
const catalogue = await openCatalogue(url);
const run = await catalogue.createRun({ catalogue: 'default', source: 'export.jsonl' });
await timed(`record ${items} items`, async () => {
  for (let at = 0; at < items; at += 1000) {
    await catalogue.recordFound({
      runId: run.id,
      catalogue: 'default',
      space: 's',
      source: join(folder, 'export.jsonl'),
      found: Array.from({ length: 1000 }, (_, i) => ({
        root: ROOT,
        path: pathOf(at + i),
        externalId: `LBL-${at + i}`,
        metadata: { title: `Track ${at + i}`, artist: `Artist ${(at + i) % 9000}` },
        size: 30_000_000,
        modifiedMs: 1,
      })),
    });
  }
});
await catalogue.setRunState(run.id, 'running');
await timed(`fail ${items / 50} of them`, async () => {
  const codes = ['AUDIO_UNDECODABLE', 'SOURCE_NOT_FOUND', 'TIMEOUT', 'AUDIO_TOO_SHORT'];
  for (let id = 1; id <= items; id += 50)
    await catalogue.failItem({ itemId: id, code: codes[id % 4], message: 'as measured', retry: false });
});

const redis = await startRedis();
const queue = await openQueue({ url: redis.url, catalogue, worker: 'bench:1' });
globalThis.gc?.();
const before = process.memoryUsage.rss();
let peak = before;
const watching = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 20);
await timed(
  'feed a Redis queue (100,000 jobs at most)',
  () => feedQueue(catalogue, queue),
  () => `RSS of this process +${((peak - before) / 2 ** 20).toFixed(0)} MB at most`,
);
clearInterval(watching);

const app = await createHttpApp({
  logger: silentLogger(),
  title: 'bench',
  version: '0',
  allowedHosts: [],
  ready: async () => undefined,
});
await registerIngestRoutes(app, { catalogue, queue });
await dashboardPage(app);
for (const path of [
  'runs',
  `runs/${run.id}`,
  'failures',
  'items?state=failed&limit=50',
  'items?limit=50',
  'items?q=4999/',
  'workers',
  'queue',
]) {
  await timed(
    `GET /v1/ingest/${path}`,
    () => app.inject({ url: `/v1/ingest/${path}`, headers: { host: 'localhost' } }),
    ({ statusCode, body }) => `${statusCode}, ${body.length} bytes`,
  );
}
const base = await app.listen({ host: '127.0.0.1', port: 0 });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'],
});
const page = await browser.newPage();
await page.goto(`${base}/ingest/#/`);
await page.waitForSelector('.headline h2');
for (const [hash, shown] of [
  ['#/', '.headline h2'],
  ['#/failures', '.group'],
  ['#/items', 'tbody tr'],
  ['#/items?state=failed', 'tbody tr'],
  ['#/workers', 'main h1, main h2'],
]) {
  await page.goto('about:blank');
  await timed(`the page /ingest/${hash} in Chromium, until shown`, async () => {
    await page.goto(`${base}/ingest/${hash}`);
    await page.waitForSelector(shown);
  });
}
await browser.close();
await app.close();
await queue.close();
await redis.stop();
await catalogue.close();

await showCli(['queue', 'status']);
await showCli(['queue', 'failures']);
await showCli(['queue', 'failures', '--code', 'TIMEOUT', '--since', '2h']);
await showCli(['queue', 'why', 'LBL-77']);
const known = await writeManifest('export.jsonl', items);
writeFiles(items);
console.log(
  JSON.parse(
    await showCli(['ingest', known, '--dry-run', '--json'], ['ingest', `<${items} lines>`, '--dry-run']),
  ).examples,
);
console.log(
  JSON.parse(
    await showCli(
      ['ingest', join(folder, 'albums'), '--dry-run', '--json'],
      ['ingest', `<a folder of ${items} files>`, '--dry-run'],
    ),
  ).examples,
);
if (lines > 0) {
  const large = await writeManifest('large.jsonl', lines);
  const { examples: _examples, ...counts } = JSON.parse(
    await showCli(['ingest', large, '--dry-run', '--json'], ['ingest', `<${lines} lines>`, '--dry-run']),
  );
  console.log(counts);
}
await postgres?.stop();
rmSync(folder, { recursive: true });
