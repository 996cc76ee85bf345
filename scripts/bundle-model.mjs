/**
 * Makes a trained encoder a bundled model, in one command:
 *
 *   npm run build && node scripts/bundle-model.mjs clmr-synth --renders DIR --measure DIR [--fitted-on TEXT]
 *
 * Reads `encoder.safetensors` (and `transform.json` where training wrote a new one) in models/<name>/, checks the network, fits the score
 * curve to the renders and writes manifest.json, whitening.f32 and the golden vectors. DIR is what `python -m training.prepare` wrote, or a
 * folder of audio; never the samples or a benchmark's audio. `--measure` names other audio, on which the int8 variant is made to prove itself
 * (scripts/fit-int8.mjs); without it, new weights have none.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  checkNetwork,
  createEmbedder,
  createSession,
  DIMENSION,
  floatsFromBase64,
  floatsToBase64,
  goldenClips,
  hashWeights,
  loadModel,
  readTransform,
  readWeights,
  SAMPLE_RATE,
  saveModel,
  WINDOW_SAMPLES,
  withSpace,
} from '@soundalike/embedder';
import { calibrateModel } from '@soundalike/query';
import { findFfmpeg } from '@soundalike/source';
import { PROJECT_ROOT } from './setup/project-root.mjs';
import { writeRenders } from './write-renders.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    renders: { type: 'string' },
    limit: { type: 'string', default: '120' },
    'fitted-on': { type: 'string' },
    measure: { type: 'string', multiple: true, default: [] },
  },
});
const [name = 'clmr-synth'] = positionals;
if (!values.renders) {
  console.error('--renders DIR is needed: renders of training/ that the model was not trained on');
  process.exit(2);
}
const folder = join(PROJECT_ROOT, 'models', name);

const main = async () => {
  const draft = await draftOf();
  await saveModel({ folder, ...draft });
  const model = await loadModel({ name });
  const scratch = await mkdtemp(join(tmpdir(), 'soundalike-bundle-'));
  const embedder = await createEmbedder({ model, precision: 'fp32' });
  try {
    const files = await writeRenders(values.renders, scratch, Number(values.limit));
    const fittedOn = values['fitted-on'] ?? `${files.length} renders by training/`;
    const fitted = await calibrateModel({
      embedder,
      files,
      ffmpeg: await findFfmpeg(),
      // An untrained network has no transform of its own: its centre is fitted here.
      transform: model.info.trained ? model.info.transform : undefined,
      signal: new AbortController().signal,
      onProgress: (done, total) => done % 20 === 0 && console.error(`${done}/${total} tracks`),
    });
    const { info } = await saveModel({
      folder,
      ...withSpace(model.manifest, {
        transform: fitted.transform,
        transformFittedOn: model.info.trained ? model.manifest.transform.fittedOn : fittedOn,
        calibration: fitted.calibration,
        calibrationFittedOn: fittedOn,
      }),
    });
    console.log(JSON.stringify({ name, space: info.space, ...fitted, transform: undefined }, undefined, 2));
  } finally {
    await embedder.close();
    await rm(scratch, { recursive: true, force: true });
  }
  await rm(join(folder, 'transform.json'), { force: true });
};

/** The manifest of the weights as they lie there, its calibration still the last one's, and the files of its transform. */
const draftOf = async () => {
  const known = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => 'null'));
  if (known && 'seed' in known.weights) return { manifest: known, files: {} };
  const bytes = await readFile(join(folder, 'encoder.safetensors'));
  const weights = readWeights(bytes, name);
  await checkNetwork(weights, name);
  const session = await createSession({ weights, provider: 'cpu' });
  const golden = [];
  for (const clip of goldenClips()) golden.push(...(await session.run(clip, 1)));
  const sha256 = hashWeights(bytes);
  const { variants, ...kept } = known ?? FRESH;
  const isSame = known?.weights.sha256 === sha256;
  const facts = {
    ...kept,
    name,
    weights: { file: 'encoder.safetensors', sha256 },
    // What was fitted to or measured on other weights says nothing about these.
    ...(isSame ? { variants } : { quality: null }),
    golden: floatsToBase64(Float32Array.from(golden)),
  };
  const { transform, fittedOn } = await newestTransform(known);
  return withSpace(facts, {
    transform,
    transformFittedOn: fittedOn,
    calibration: facts.calibration,
    calibrationFittedOn: facts.calibration.fittedOn,
  });
};

const newestTransform = async (known) => {
  const text = await readFile(join(folder, 'transform.json'), 'utf8').catch(() => undefined);
  if (text === undefined) {
    if (!known) throw new Error(`${folder} has neither transform.json nor a manifest`);
    return { transform: await readTransform(known, folder), fittedOn: known.transform.fittedOn };
  }
  const { mean, whitening, fittedOn } = JSON.parse(text);
  return {
    transform: {
      mean: floatsFromBase64(mean),
      whitening: whitening ? floatsFromBase64(whitening) : undefined,
    },
    fittedOn: whitening ? fittedOn : `${fittedOn}; centred`,
  };
};

const FRESH = {
  description: 'CLMR (SampleCNN, NT-Xent) trained by training/ on composed, rendered and mastered music.',
  trained: true,
  license: 'Apache-2.0',
  trainingData:
    'Pieces composed by training/music, played by Fluid (R3) Mono GM (MIT), OPL-3 FM 128M (CC BY-SA 4.0) and the synthesised instruments of training/synth, each with its own mastering chain; no recordings. The weights hold none of the samples. See card.md.',
  sampleRate: SAMPLE_RATE,
  windowSamples: WINDOW_SAMPLES,
  dimension: DIMENSION,
  hopSamples: WINDOW_SAMPLES,
  calibration: {
    midpoint: 0.5,
    slope: 10,
    floor: { mean: 0, deviation: 0, ceiling: 0 },
    sameRecording: 0.95,
    fittedOn: '',
  },
  quality: null,
};

if (!(await readdir(folder).catch(() => undefined))) {
  console.error(`${folder} does not exist`);
  process.exit(2);
}
await main();
if (values.measure.length > 0) {
  const measure = values.measure.flatMap((path) => ['--measure', path]);
  const script = join(PROJECT_ROOT, 'scripts/fit-int8.mjs');
  const { status } = spawnSync(process.execPath, [script, name, '--renders', values.renders, ...measure], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
