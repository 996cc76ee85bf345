/**
 * Gives a model its int8 variant and measures it:
 *
 *   npm run build && node scripts/fit-int8.mjs clmr-synth --renders DIR --measure DIR [--measure DIR]
 *
 * Fitted to windows of the renders; measured, a window at a time, on other audio as it is and at -50 dBFS. The variant is written only where
 * it stays as close to fp32 as it must: cosine of 0.999 in the mean and 0.99 at the first percentile.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createSession,
  DIMENSION,
  decodeAudio,
  fitInt8,
  INT8_FILE,
  int8ToBytes,
  LEVEL_TENSOR,
  loadModel,
  loadWeights,
  saveModel,
  sliceWindows,
  WINDOW_SAMPLES,
} from '@soundalike/embedder';
import { findFfmpeg } from '@soundalike/source';
import { writeRenders } from './write-renders.mjs';

/** Quieter windows are computed in fp32, where the network hears levels: in 8 bits their mean cosine falls below 0.999 (-30 to -35 dBFS: 0.9991, -35 to -40: 0.9983). */
const QUIET_DB = -30;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    renders: { type: 'string' },
    measure: { type: 'string', multiple: true, default: [] },
    tracks: { type: 'string', default: '120' },
  },
});
const [name = 'clmr-synth'] = positionals;
const ffmpeg = await findFfmpeg();

const main = async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'soundalike-int8-'));
  try {
    const model = await loadModel({ name });
    const weights = await loadWeights(model);
    const lowest = weights.get(LEVEL_TENSOR)?.[1];
    const quietDb = lowest === undefined ? QUIET_DB : Math.round(20 * Math.log10(lowest));
    const quantisation = await fitInt8({ weights, windows: await windowsOf([values.renders], scratch, 2) });
    const fine = await createSession({ weights, provider: 'cpu' });
    const coarse = await createSession({
      weights,
      provider: 'cpu',
      int8: { quantisation, quietDb },
    });
    const clips = await windowsOf(values.measure, scratch, 2);
    const asIs = await cosines(fine, coarse, clips);
    const quiet = await cosines(fine, coarse, clips.slice(0, 60).map(atMinus50));
    const cosine = {
      mean: round(meanOf(asIs)),
      p1: round(quantile(asIs, 0.01)),
      quietMean: round(meanOf(quiet)),
      clips: clips.length,
    };
    console.log(JSON.stringify({ name, cosine, quietP1: quantile(quiet, 0.01) }, undefined, 2));
    if (cosine.mean < 0.999 || cosine.p1 < 0.99 || cosine.quietMean < 0.999) {
      console.error('The gate is not met; nothing was written.');
      process.exitCode = 1;
      return;
    }
    const bytes = int8ToBytes(quantisation);
    const int8 = {
      file: INT8_FILE,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      quietDb,
      cosine,
      fittedOn: `${values.tracks} renders by training/, 2 windows each`,
      measuredOn: `${clips.length} windows of music that took no part in the fit, 60 of them also at -50 dBFS`,
    };
    await saveModel({
      folder: model.folder,
      manifest: { ...model.manifest, variants: { int8 } },
      files: { [INT8_FILE]: bytes },
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};

/** Windows of each track, from its middle parts. */
const windowsOf = async (folders, scratch, perTrack) => {
  const found = [];
  for (const folder of folders) {
    for (const path of await writeRenders(folder, scratch, Number(values.tracks))) {
      const { chunks } = await decodeAudio({ input: { path }, ffmpeg, channels: 'mix', maxSeconds: 60 });
      const own = [];
      const slicing = { windowSamples: WINDOW_SAMPLES, hopSamples: WINDOW_SAMPLES, tail: 'drop' };
      for await (const { samples } of sliceWindows(chunks, slicing)) own.push(samples);
      for (let i = 0; i < perTrack && own.length > 0; i++)
        found.push(own[Math.floor((own.length * (i + 0.5)) / perTrack)]);
    }
  }
  return found;
};

const cosines = async (fine, coarse, clips) => {
  const found = [];
  for (const clip of clips) found.push(cosine(await fine.run(clip, 1), await coarse.run(clip, 1)));
  return found;
};

const atMinus50 = (clip) => {
  const rms = Math.sqrt(clip.reduce((sum, value) => sum + value * value, 0) / clip.length);
  return clip.map((value) => (value * 10 ** (-50 / 20)) / Math.max(rms, 1e-6));
};

const cosine = (a, b) => {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < DIMENSION; i++) {
    dot += a[i] * b[i];
    aa += a[i] ** 2;
    bb += b[i] ** 2;
  }
  return dot / Math.sqrt(aa * bb);
};

const meanOf = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const quantile = (numbers, share) => numbers.toSorted((a, b) => a - b)[Math.floor(share * numbers.length)];
const round = (value) => Math.round(value * 1e5) / 1e5;

await main();
