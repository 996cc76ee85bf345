/**
 * What each search plan costs and finds.
 *
 *   node bench/search-plan/main.mjs [--clips 1000000] [--store lancedb | milvus | milvus://…] [--queries 20]
 *     --data DIR     keeps queries with what is exact (and LanceDB's table) there, for another store of the same tracks, too
 *     --only build   fills and indexes; --only measure asks what was filled before (same --data, and --store where it is an address)
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createEmbedder, loadModel } from '@soundalike/embedder';
import { findFfmpeg } from '@soundalike/source';
import { openVectorDatabase } from '@soundalike/store';
import { startMilvusEngine, temporaryFolder } from '@soundalike/testing';
import { maxSimilarity, similarityMatrix } from '../../apps/query/dist/search/align.js';
import { retrieveCandidates } from '../../apps/query/dist/search/retrieve.js';
import { createTracks, hearSamples, measureSpread, rowOf } from './synthetic-tracks.mjs';

const CLIPS_A_TRACK = 14;
/** What the kept queries belong to: another catalogue or number of queries needs other ones. */
const madeFor = ({ clips, queries }) => ({ clips: Number(clips), queries: Number(queries) });
const SPACE = 'bench';

// An exit takes the server along; a bare signal would leave it.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const { values: options } = parseArgs({
  options: {
    clips: { type: 'string', default: '1000000' },
    store: { type: 'string', default: 'lancedb' },
    queries: { type: 'string', default: '20' },
    data: { type: 'string' },
    only: { type: 'string' },
  },
});
if (options.only !== undefined && !['build', 'measure'].includes(options.only)) {
  console.error(`--only is build or measure, not ${options.only}`);
  process.exit(2);
}
const note = (text) => process.stderr.write(`${text}\n`);
const data = options.data === undefined ? temporaryFolder('search-plan') : resolve(options.data);
const kept = join(data, 'queries.json');

const service = options.store === 'milvus' ? await startMilvusEngine() : undefined;
const url =
  service?.url ?? (options.store === 'lancedb' ? `lancedb:${join(data, 'vectors')}` : options.store);
const database = await openVectorDatabase(url);
try {
  if (options.only !== 'measure') await build();
  if (options.only !== 'build') await report();
} finally {
  await database.close();
  await service?.stop();
}

/** Fills and indexes the store; meanwhile compares every clip with every query. */
async function build() {
  const model = await loadModel();
  const embedder = await createEmbedder({ model, precision: 'fp32' });
  const folder = fileURLToPath(new URL('../../samples/catalogue', import.meta.url));
  const real = await hearSamples({ folder, embedder, ffmpeg: await findFfmpeg() });
  await embedder.close();
  const spread = measureSpread(real);
  note(`${real.length} real tracks; spread ${JSON.stringify(spread)}`);
  const { transform } = model.info;
  const made = createTracks({ tracks: real, spread, transform, clipsATrack: CLIPS_A_TRACK });
  const trackCount = Math.round(Number(options.clips) / CLIPS_A_TRACK);
  const queryCount = Math.min(Number(options.queries), trackCount);
  // Of tracks spread over the catalogue, as the search sees them.
  const queries = Array.from({ length: queryCount }, (_, at) => {
    const number = Math.floor(((at + 0.5) * trackCount) / queryCount);
    return {
      own: idOf(number),
      weight: 1,
      hopMs: 669.5,
      durationMs: 7363,
      windows: made.query(number),
      exact: [],
    };
  });
  // The same tracks in another store need not be compared again.
  const isCompared = existsSync(kept);
  if (isCompared) readKept();
  const store = await database.openSpace(SPACE, { create: true });
  const since = performance.now();
  let next = 0;
  const write = async () => {
    for (let number = next++; number < trackCount; number = next++) {
      const clips = made.clips(number);
      if (!isCompared)
        for (const query of queries)
          offer(query, idOf(number), maxSimilarity(similarityMatrix(query, clips)));
      await store.upsertTrack(rowOf(idOf(number), clips), clips);
      if (number % 5000 === 4999) note(`${number + 1} of ${trackCount} tracks, ${seconds(since)} s`);
    }
  };
  await Promise.all(Array.from({ length: 200 }, write));
  note(`written${isCompared ? '' : ' (and compared exactly)'} in ${seconds(since)} s`);
  const indexed = performance.now();
  await store.optimize();
  note(`indexed in ${seconds(indexed)} s: ${JSON.stringify(await store.describeIndex())}`);
  if (isCompared) return;
  mkdirSync(data, { recursive: true });
  writeFileSync(
    kept,
    JSON.stringify({ for: madeFor(options), spread, queries }, (_, value) => asList(value)),
  );
}

/** The queries that lie there, refused where they belong to other options. */
function readKept() {
  if (!existsSync(kept)) throw new Error(`Nothing was built in ${data}`);
  const found = JSON.parse(readFileSync(kept, 'utf8'));
  const [there, asked] = [JSON.stringify(found.for), JSON.stringify(madeFor(options))];
  if (there !== asked) throw new Error(`${data} holds what was built for ${there}, not ${asked}`);
  return found;
}

async function report() {
  const { spread, queries } = readKept();
  for (const query of queries)
    for (const window of query.windows) window.vector = Float32Array.from(window.vector);
  const store = await database.openSpace(SPACE);
  await store.searchTracks({ vectors: [queries[0].windows[0].vector], k: 10 }); // opened, not yet warm
  const rows = [];
  for (const plan of ['clips', 'tracks']) rows.push({ plan, ...(await measure(store, plan, queries)) });
  const index = await store.describeIndex();
  const { clips, tracks } = await store.counts();
  const load = loadavg()[0].toFixed(1);
  console.log(
    JSON.stringify(
      { store: options.store, clips, tracks, index, queries: queries.length, spread, load, plans: rows },
      null,
      2,
    ),
  );
  console.log(
    '| plan | own track first | nearest 10 found | ms a search | 95 % under |\n| --- | --- | --- | --- | --- |',
  );
  for (const { plan, own, top10, medianMs, p95Ms } of rows)
    console.log(
      `| ${plan} | ${own.toFixed(3)} | ${top10.toFixed(3)} | ${medianMs.toFixed(0)} | ${p95Ms.toFixed(0)} |`,
    );
}

/** Retrieval by a plan, then exact MaxSim over what it found, as the search does. */
async function measure(store, plan, queries) {
  const took = [];
  let [own, top10] = [0, 0];
  for (const query of queries) {
    const since = performance.now();
    const vector = normalisedMean(query.windows.map((window) => window.vector));
    const found = await retrieveCandidates({
      store,
      plan,
      vector,
      seeds: [query],
      filter: undefined,
      request: { limit: 10 },
      signal: new AbortController().signal,
    });
    const clips = await store.clipsOf(found);
    const ranked = [...clips.values()]
      .map((track) => ({ id: track.trackId, score: maxSimilarity(similarityMatrix(query, track.clips)) }))
      .sort((a, b) => b.score - a.score);
    took.push(performance.now() - since);
    if (ranked[0]?.id === query.own) own += 1;
    const ids = new Set(ranked.map(({ id }) => id));
    top10 += query.exact.filter(({ id }) => ids.has(id)).length / query.exact.length;
  }
  took.sort((a, b) => a - b);
  return {
    own: own / queries.length,
    top10: top10 / queries.length,
    medianMs: took[Math.floor(took.length / 2)],
    p95Ms: took[Math.floor(took.length * 0.95)],
  };
}

/** Keeps the ten tracks that exact comparison finds nearest. */
function offer({ exact }, id, score) {
  if (exact.length === 10 && score <= exact[9].score) return;
  exact.push({ id, score });
  exact.sort((a, b) => b.score - a.score);
  if (exact.length > 10) exact.pop();
}

function normalisedMean(vectors) {
  const sum = new Float32Array(512);
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i] += vector[i];
  const norm = Math.hypot(...sum);
  return sum.map((value) => value / norm);
}

function seconds(since) {
  return ((performance.now() - since) / 1000).toFixed(1);
}

function idOf(number) {
  return `t${String(number).padStart(8, '0')}`;
}

function asList(value) {
  return value instanceof Float32Array ? [...value] : value;
}
