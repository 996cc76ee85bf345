// What each search plan costs and finds: node bench/search-plan/main.mjs [clips] [lancedb | milvus] [queries]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEmbedder, loadModel } from '@soundalike/embedder';
import { findFfmpeg } from '@soundalike/source';
import { openVectorDatabase } from '@soundalike/store';
import { startMilvusEngine } from '@soundalike/testing';
import { maxSimilarity, similarityMatrix } from '../../apps/query/dist/search/align.js';
import { retrieveCandidates } from '../../apps/query/dist/search/retrieve.js';
import { createTracks, hearSamples, measureSpread, rowOf } from './synthetic-tracks.mjs';

const [clipsText = '1000000', backend = 'lancedb', queriesText = '40'] = process.argv.slice(2);
const CLIPS_A_TRACK = 14;
const trackCount = Math.round(Number(clipsText) / CLIPS_A_TRACK);
const queryCount = Math.min(Number(queriesText), trackCount);
const note = (text) => process.stderr.write(`${text}\n`);

const model = await loadModel();
const embedder = await createEmbedder({ model, precision: 'fp32' });
const folder = fileURLToPath(new URL('../../samples/catalogue', import.meta.url));
const real = await hearSamples({ folder, embedder, ffmpeg: await findFfmpeg() });
await embedder.close();
const spread = measureSpread(real);
note(`${real.length} real tracks; spread ${JSON.stringify(spread)}`);
const made = createTracks({
  tracks: real,
  spread,
  transform: model.info.transform,
  clipsATrack: CLIPS_A_TRACK,
});
const idOf = (number) => `t${String(number).padStart(8, '0')}`;

/** Queries of tracks spread over the catalogue, as the search sees them. */
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

const data = mkdtempSync(join(tmpdir(), 'search-plan-'));
const service = backend === 'milvus' ? await startMilvusEngine() : undefined;
const database = await openVectorDatabase(service?.url ?? `lancedb:${join(data, 'vectors')}`);
try {
  const store = await database.openSpace('bench', { create: true });
  const since = performance.now();
  let next = 0;
  const write = async () => {
    for (let number = next++; number < trackCount; number = next++) {
      const clips = made.clips(number);
      for (const query of queries) offer(query, idOf(number), maxSimilarity(similarityMatrix(query, clips)));
      await store.upsertTrack(rowOf(idOf(number), clips), clips);
      if (number % 5000 === 4999) note(`${number + 1} of ${trackCount} tracks`);
    }
  };
  await Promise.all(Array.from({ length: 64 }, write));
  note(`written (and compared exactly) in ${seconds(since)} s`);
  const indexed = performance.now();
  await store.optimize();
  note(`indexed in ${seconds(indexed)} s: ${JSON.stringify(await store.describeIndex())}`);
  const rows = [];
  for (const plan of ['clips', 'tracks']) rows.push({ plan, ...(await measure(store, plan)) });
  const index = await store.describeIndex();
  const { clips, tracks } = await store.counts();
  console.log(
    JSON.stringify({ backend, clips, tracks, index, queries: queries.length, spread, plans: rows }, null, 2),
  );
  console.log(
    `| plan | own track first | nearest 10 found | ms a search | 95 % under |\n| --- | --- | --- | --- | --- |`,
  );
  for (const { plan, own, top10, medianMs, p95Ms } of rows)
    console.log(
      `| ${plan} | ${own.toFixed(3)} | ${top10.toFixed(3)} | ${medianMs.toFixed(0)} | ${p95Ms.toFixed(0)} |`,
    );
} finally {
  await database.close();
  await service?.stop();
  rmSync(data, { recursive: true, force: true });
}

/** Retrieval by a plan, then exact MaxSim over what it found, as the search does. */
async function measure(store, plan) {
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
