/**
 * Clips per second, cosine and event-loop lag of one network on the same windows and as many threads: PyTorch eager (what Towhee runs), the
 * plain ONNX export (Conv1d, batch normalisation as layers, one session in the main thread), and ours (folded, 1x3 Conv2d, child processes)
 * in float32 and int8.
 *
 *   npm run build && node bench/embed/main.mjs [--python PYTHON] [--threads 2] [--rounds 5] [--clips 48] [--batch 4] [--model NAME] [--json]
 *
 * --python names an interpreter that has torch; without it the PyTorch side is left out. All sides take turns within one run, so that a busy
 * machine or a falling clock hits each; what counts are the ratios, which are medians over rounds.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createEmbedder, loadModel } from '@soundalike/embedder';
import { eagerSide } from './eager-side.mjs';
import { plainSide } from './plain-side.mjs';
import { realWindows } from './real-windows.mjs';
import { formatResult, median, round } from './report.mjs';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    rounds: { type: 'string', default: '5' },
    clips: { type: 'string', default: '48' },
    /** Windows in one run of PyTorch and of the plain session; 4 is what our processes use. */
    batch: { type: 'string', default: '4' },
    model: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [threads, rounds, clips, batch] = ['threads', 'rounds', 'clips', 'batch'].map((name) => {
  const value = Number(options[name]);
  if (!(Number.isInteger(value) && value >= 1)) {
    console.error(`--${name} must be a whole number from 1, got "${options[name]}"`);
    process.exit(2);
  }
  return value;
});

const main = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-bench-embed-'));
  const opened = [];
  try {
    const model = await loadModel({ name: options.model });
    const windows = await realWindows(clips);
    for (const open of [
      () => openEager({ model, windows, folder }),
      () => plainSide({ model, threads, batch }),
      () => oursSide(model, 'fp32'),
      () => oursSide(model, 'int8'),
    ]) {
      const side = await open();
      if (side) opened.push(side);
    }
    const vectors = [];
    for (const side of opened) vectors.push((await side.embed(windows)).vectors); // warms up, too
    const runs = opened.map(() => []);
    for (let round = 0; round < rounds; round++)
      for (let turn = 0; turn < opened.length; turn++) {
        const at = (turn + round) % opened.length;
        runs[at].push(await measure(opened[at], windows));
      }
    const result = {
      model: model.info.name,
      cpu: cpus()[0]?.model,
      node: process.version,
      torch: opened.find(({ torch }) => torch)?.torch ?? null,
      threads,
      batch,
      rounds,
      clips,
      sides: opened.map(({ name }, at) => ({
        name,
        clipsPerSecond: round(median(runs[at].map(({ clipsPerSecond }) => clipsPerSecond)), 1),
        eventLoopLagMs: round(median(runs[at].map(({ lagMs }) => lagMs)), 1),
        timesAsFastAs: Object.fromEntries(
          opened
            .slice(0, at)
            .map((other, index) => [
              other.name,
              round(
                median(
                  runs[at].map(
                    ({ clipsPerSecond }, turn) => clipsPerSecond / runs[index][turn].clipsPerSecond,
                  ),
                ),
                2,
              ),
            ]),
        ),
        cosineToFirst: cosines(vectors[0], vectors[at]),
      })),
    };
    console.log(options.json ? JSON.stringify(result, undefined, 2) : formatResult(result));
  } finally {
    for (const side of opened) await side.close();
    await rm(folder, { recursive: true, force: true });
  }
};

const openEager = async ({ model, windows, folder }) => {
  if (options.python === undefined) {
    console.error(
      'PyTorch eager is left out: --python names no interpreter with torch (pip install torch, then --python .venv/bin/python)',
    );
    return undefined;
  }
  return eagerSide({ python: options.python, model, windows, folder, threads, batch });
};

const oursSide = async (model, precision) => {
  if (precision === 'int8' && !model.manifest.variants?.int8) {
    console.error(`int8 is left out: ${model.info.name} has no int8 variant`);
    return undefined;
  }
  const embedder = await createEmbedder({ model, processes: threads, precision });
  return {
    name: `ours ${precision}`,
    embed: async (windows) => ({ vectors: await embedder.embed({ windows }) }),
    close: () => embedder.close(),
  };
};

/** One pass; a side that knows its own seconds (without the way to it) says so. */
const measure = async (side, windows) => {
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  const began = performance.now();
  const answer = await side.embed(windows);
  const seconds = answer.seconds ?? (performance.now() - began) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 5)); // lets the histogram see the last delay
  lag.disable();
  return { clipsPerSecond: windows.length / seconds, lagMs: lag.max / 1e6 };
};

const cosines = (expected, found) => {
  const all = expected.map((vector, i) => cosine(vector, found[i]));
  return {
    lowest: round(Math.min(...all), 6),
    mean: round(all.reduce((sum, value) => sum + value, 0) / all.length, 6),
  };
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

await main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
