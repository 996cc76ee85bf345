/**
 * Clips per second and event-loop lag: the network as a direct export would run it (plain Conv1d, batch normalisation as
 * layers, one session in the main thread) against ours (folded, 1x3 Conv2d, child processes), at equal threads.
 *
 *   npm run build && node bench/embed/main.mjs [--threads 2] [--rounds 5] [--clips 48] [--model NAME] [--json]
 *
 * Both sides take turns within one run, so that a busy machine or a falling clock hits both; what counts is the ratio.
 */
import { availableParallelism, cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  buildOnnx,
  createEmbedder,
  decodeAudio,
  loadModel,
  loadWeights,
  sliceWindows,
  WINDOW_SAMPLES,
} from '@soundalike/embedder';
import { findFfmpeg } from '@soundalike/source';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Windows in one run of the plain session: the batch that our processes use. */
const BATCH = 4;

const SAMPLE = fileURLToPath(
  new URL('../../samples/catalogue/Dexter Quill Five/01 Quill Pen.opus', import.meta.url),
);

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: `${availableParallelism()}` },
    rounds: { type: 'string', default: '5' },
    clips: { type: 'string', default: '48' },
    model: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [threads, rounds, clips] = ['threads', 'rounds', 'clips'].map((name) => {
  const value = Number(options[name]);
  if (!(Number.isInteger(value) && value >= 1)) {
    console.error(`--${name} must be a whole number from 1, got "${options[name]}"`);
    process.exit(2);
  }
  return value;
});

const main = async () => {
  const model = await loadModel({ name: options.model });
  const windows = await realWindows();
  const embedder = await createEmbedder({ model, processes: threads });
  const sides = { plain: await plainSide(model), ours: (input) => embedder.embed({ windows: input }) };
  const [expected, found] = [await sides.plain(windows), await sides.ours(windows)]; // the first run warms up, too
  const runs = { plain: [], ours: [] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 ? ['ours', 'plain'] : ['plain', 'ours'];
    for (const side of order) runs[side].push(await measure(() => sides[side](windows)));
  }
  await embedder.close();
  report({
    model: model.info.name,
    cpu: cpus()[0]?.model,
    node: process.version,
    threads,
    rounds,
    clips,
    plain: summary(runs.plain),
    ours: summary(runs.ours),
    ratio: round2(
      median(runs.ours.map(({ clipsPerSecond }, i) => clipsPerSecond / runs.plain[i].clipsPerSecond)),
    ),
    lowestCosine: Math.min(...expected.map((vector, i) => cosine(vector, found[i]))),
  });
};

/** Windows of real music, repeated until there are enough. */
const realWindows = async () => {
  const { chunks } = await decodeAudio({
    input: { path: SAMPLE },
    ffmpeg: await findFfmpeg(),
    channels: 'mix',
  });
  const found = [];
  const slicing = { windowSamples: WINDOW_SAMPLES, hopSamples: WINDOW_SAMPLES, tail: 'drop' };
  for await (const { samples } of sliceWindows(chunks, slicing)) found.push(samples);
  return Array.from({ length: clips }, (_, i) => found[i % found.length]);
};

const plainSide = async (model) => {
  const session = await InferenceSession.create(buildOnnx(await loadWeights(model), 'plain'), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  return async (windows) => {
    const vectors = [];
    for (let at = 0; at < windows.length; at += BATCH) {
      const batch = windows.slice(at, at + BATCH);
      const input = new Float32Array(batch.length * WINDOW_SAMPLES);
      batch.forEach((window, i) => {
        input.set(window, i * WINDOW_SAMPLES);
      });
      const { embedding } = await session.run({
        audio: new Tensor('float32', input, [batch.length, WINDOW_SAMPLES]),
      });
      const size = embedding.dims[1];
      batch.forEach((_, i) => {
        vectors.push(embedding.data.slice(i * size, (i + 1) * size));
      });
    }
    return vectors;
  };
};

const measure = async (work) => {
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 5)); // lets the histogram see the last delay
  lag.disable();
  return { clipsPerSecond: clips / seconds, lagMs: lag.max / 1e6 };
};

const summary = (runs) => ({
  clipsPerSecond: round2(median(runs.map(({ clipsPerSecond }) => clipsPerSecond))),
  eventLoopLagMs: round2(median(runs.map(({ lagMs }) => lagMs))),
});

const report = (result) => {
  if (options.json) return console.log(JSON.stringify(result, undefined, 2));
  const { plain, ours } = result;
  console.log(
    `${result.cpu}, Node ${result.node}, ${threads} threads a side, ${rounds} rounds of ${clips} clips`,
  );
  for (const [name, side] of Object.entries({ 'plain export, main thread': plain, ours }))
    console.log(
      `${name.padEnd(28)}${side.clipsPerSecond.toFixed(1).padStart(8)} clips/s   longest event-loop lag ${side.eventLoopLagMs.toFixed(0)} ms`,
    );
  console.log(
    `ratio ${result.ratio.toFixed(2)} (median of rounds), lowest cosine between them ${result.lowestCosine.toFixed(6)}`,
  );
};

const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const cosine = (a, b) => {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    aa += a[i] ** 2;
    bb += b[i] ** 2;
  }
  return dot / Math.sqrt(aa * bb);
};

const round2 = (value) => Math.round(value * 100) / 100;

await main();
