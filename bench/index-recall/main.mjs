/**
 * What each index profile finds and costs, on real embeddings: the sample catalogue with a small hop, written into every store that the test
 * servers offer, and measured as `soundalike index verify --recall` does.
 *
 *   npm run build && node bench/index-recall/main.mjs [--hop 0.167] [--vectors FILE]    (FILE keeps the embeddings between runs)
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createEmbedder,
  embedTrack,
  loadModel,
  meanVector,
  SAMPLE_RATE,
  toSpace,
} from '@soundalike/embedder';
import { measureRecall } from '@soundalike/ingest';
import { findFfmpeg, isAudioName } from '@soundalike/source';
import { openVectorDatabase } from '@soundalike/store';
import { startMilvusEngine, startMilvusLite, temporaryFolder } from '@soundalike/testing';

const SAMPLES = join(import.meta.dirname, '../../samples/catalogue');
const SPACE = 'recall';
const QUERIES = 100;
const WRITERS = 64;
const DIMENSION = 512;

// An exit takes the servers along; a bare signal would leave them.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const { values: options } = parseArgs({
  options: { hop: { type: 'string', default: '0.167' }, vectors: { type: 'string' } },
});
const hopSamples = Math.round(Number(options.hop) * SAMPLE_RATE);
const note = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

/** Clips of every sample track: `{ trackId, clips }`. */
const hear = async () => {
  const model = await loadModel();
  const embedder = await createEmbedder({ model, processes: 2 });
  const ffmpeg = await findFfmpeg();
  const names = readdirSync(SAMPLES, { recursive: true }).filter(isAudioName).sort();
  const heard = new Array(names.length);
  const left = [...names.keys()];
  const work = async () => {
    for (let at = left.shift(); at !== undefined; at = left.shift()) {
      const input = { path: join(SAMPLES, names[at]) };
      const { clips } = await embedTrack({ input, embedder, ffmpeg, hopSamples });
      const rows = clips.map(({ startMs, raw }) => ({ startMs, ...toSpace(raw, model.info.transform) }));
      heard[at] = { trackId: `s${String(at).padStart(4, '0')}`, clips: rows };
    }
  };
  await Promise.all([work(), work(), work()]);
  await embedder.close();
  return heard;
};

const toBytes = (tracks) =>
  JSON.stringify(
    tracks.map(({ trackId, clips }) => ({
      trackId,
      starts: clips.map(({ startMs }) => startMs),
      scales: clips.map(({ scale }) => scale),
      vectors: Buffer.concat(clips.map(({ vector }) => Buffer.from(vector.buffer))).toString('base64'),
    })),
  );

const fromBytes = (text) =>
  JSON.parse(text).map(({ trackId, starts, scales, vectors }) => {
    const floats = new Float32Array(new Uint8Array(Buffer.from(vectors, 'base64')).buffer);
    const clips = starts.map((startMs, at) => ({
      startMs,
      scale: scales[at],
      vector: floats.slice(at * DIMENSION, (at + 1) * DIMENSION),
    }));
    return { trackId, clips };
  });

const tracks =
  options.vectors !== undefined && existsSync(options.vectors)
    ? fromBytes(readFileSync(options.vectors, 'utf8'))
    : await hear();
if (options.vectors !== undefined) writeFileSync(options.vectors, toBytes(tracks));
const clipCount = tracks.reduce((sum, { clips }) => sum + clips.length, 0);
note(`${tracks.length} tracks, ${clipCount} clips`);

/** What `measureRecall` asks of a catalogue. */
const catalogue = {
  countTracks: async () => tracks.length,
  tracksInSpace: async ({ after = '', limit }) =>
    tracks
      .filter(({ trackId }) => trackId > after)
      .slice(0, limit)
      .map(({ trackId, clips }) => ({ trackId, contentId: trackId, clipCount: clips.length })),
};

const fields = { artist: '', album: '', genre: '', tags: [], year: 0, duration: 40 };
const fill = async (store) => {
  const left = [...tracks];
  const write = async () => {
    for (let track = left.pop(); track; track = left.pop()) {
      const { trackId, clips } = track;
      const vector = meanVector(clips.map((clip) => clip.vector));
      const row = { trackId, content8: 'recall01', clipCount: clips.length, fields, vector };
      await store.upsertTrack(row, clips);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
};

const lance = temporaryFolder('recall-lance');
const WAYS = [
  { name: 'LanceDB', profile: 'default', start: async () => ({ url: `lancedb:${lance}` }) },
  ...['default', 'compact', 'disk'].map((profile) => ({
    name: 'Milvus 2.3.5',
    profile,
    start: startMilvusEngine,
  })),
  ...['default', 'compact'].map((profile) => ({ name: 'Milvus Lite 3.2', profile, start: startMilvusLite })),
];

const lines = [];
for (const { name, profile, start } of WAYS) {
  const service = await start();
  const database = await openVectorDatabase(service.url, { profile });
  const store = await database.openSpace(SPACE, { create: true });
  await fill(store);
  await store.optimize();
  const { recall, latencyMs, queries, index } = await measureRecall({
    catalogue,
    store,
    queries: QUERIES,
    maxTracks: tracks.length,
    signal: new AbortController().signal,
  });
  lines.push(
    `| ${name} | \`${profile}\` | ${index} | ${recall.at10.toFixed(4)} | ${recall.at100.toFixed(4)} | ${latencyMs.median.toFixed(1)} | ${latencyMs.p95.toFixed(1)} |`,
  );
  note(`${lines.at(-1)} ${queries} queries`);
  await database.close();
  await service.stop?.();
}
console.log(
  [
    `${tracks.length} tracks, ${clipCount} clips, hop ${options.hop} s, ${QUERIES} queries; load average ${loadavg()[0].toFixed(1)}`,
    '| store | profile | index | recall@10 | recall@100 | ms a search | 95 % under |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n'),
);
