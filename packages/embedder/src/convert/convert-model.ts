import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { DIMENSION, SAMPLE_RATE, WINDOW_SAMPLES } from '../embedder.ts';
import { buildOnnx } from '../model/build-onnx.ts';
import { floatsToBase64 } from '../model/floats-base64.ts';
import { goldenClips } from '../model/golden-clips.ts';
import type { LoadedModel } from '../model/load-model.ts';
import { describeModel } from '../model/load-model.ts';
import { type Manifest, parseManifest } from '../model/manifest.ts';
import { recordGolden } from '../model/record-golden.ts';
import { type EncoderWeights, hashWeights, weightsToBytes } from '../model/weights.ts';
import { createSession } from '../session.ts';
import { readForeignWeights } from './read-foreign-weights.ts';

/** Largest difference between folded and unfolded network that is called equal, relative to the largest value. */
const MAX_DIFFERENCE = 1e-4;

/**
 * Makes a model of a file of another program: canonical weights and a manifest in `<modelsFolder>/<name>/`, ready for `loadModel`.
 * Before anything is written, the network that will run is compared with the unfolded one on a golden clip,
 * and its golden vectors are recorded, so that a provider which computes something else is found before its first job.
 *
 * Transform and score curve are neutral; `soundalike model calibrate` fits them to audio.
 *
 * @param options.onnxFile also write the network that runs: folded, 1x3 Conv2d, any batch, 512 values out
 * @throws SoundalikeError `MODEL_INVALID`, `INPUT_INVALID` (the name), `SOURCE_NOT_FOUND`
 */
export const convertModel = async (options: {
  file: string;
  name: string;
  modelsFolder: string;
  license?: string | undefined;
  trainingData?: string | undefined;
  description?: string | undefined;
  onnxFile?: string | undefined;
}): Promise<LoadedModel & { largestDifference: number }> => {
  const weights = await readForeignWeights(options.file);
  const largestDifference = await checkNetwork(weights, options.file);
  const bytes = weightsToBytes(weights);
  const manifest = { ...manifestOf(options, hashWeights(bytes)), golden: await recordGolden(weights) };
  const folder = join(options.modelsFolder, options.name);
  await writeFolder(folder, {
    'encoder.safetensors': bytes,
    'manifest.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
  });
  if (options.onnxFile) await writeFile(options.onnxFile, buildOnnx(weights));
  return { ...(await describeModel(manifest, folder)), largestDifference };
};

/**
 * Runs the folded and the unfolded network on the golden clip.
 *
 * @returns their largest difference, relative to the largest value
 * @throws SoundalikeError `MODEL_INVALID` where values are not finite, all the same, or the two differ
 */
export const checkNetwork = async (weights: EncoderWeights, name: string): Promise<number> => {
  const clip = goldenClips()[0] as Float32Array;
  const [fast, plain] = await Promise.all(
    (['fast', 'plain'] as const).map(async (form) =>
      (await createSession({ weights, provider: 'cpu', form })).run(clip, 1),
    ),
  );
  const fail = (reason: string) => new SoundalikeError('MODEL_INVALID', `${name} cannot be used: ${reason}`);
  if (!fast || !plain || fast.length !== DIMENSION) throw fail(`it does not give ${DIMENSION} values`);
  if (!fast.every(Number.isFinite)) throw fail('the network gives values that are not finite');
  const largest = Math.max(...fast.map(Math.abs));
  if (fast.every((value) => value === fast[0])) throw fail('the network answers music with a constant');
  const difference = Math.max(...fast.map((value, i) => Math.abs(value - (plain[i] as number)))) / largest;
  if (difference > MAX_DIFFERENCE) throw fail(`folding changes its output by ${difference.toExponential(1)}`);
  return difference;
};

const manifestOf = (
  options: {
    name: string;
    license?: string | undefined;
    trainingData?: string | undefined;
    description?: string | undefined;
  },
  sha256: string,
): Manifest => {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(options.name))
    throw new SoundalikeError(
      'INPUT_INVALID',
      `A model's name has small letters, digits, ".", "_" and "-", at most 64; got "${options.name}"`,
      { fields: { name: options.name } },
    );
  return parseManifest(
    {
      name: options.name,
      description: options.description ?? 'SampleCNN encoder, converted',
      trained: true,
      license: options.license ?? 'unknown',
      trainingData: options.trainingData ?? 'unknown',
      weights: { file: 'encoder.safetensors', sha256 },
      sampleRate: SAMPLE_RATE,
      windowSamples: WINDOW_SAMPLES,
      dimension: DIMENSION,
      hopSamples: WINDOW_SAMPLES,
      transform: { mean: floatsToBase64(new Float32Array(DIMENSION)), fittedOn: 'nothing yet' },
      calibration: {
        midpoint: 0.5,
        slope: 10,
        floor: { mean: 0, deviation: 0, ceiling: 0 },
        sameRecording: 0.95,
        fittedOn: 'nothing yet',
      },
      quality: null,
    },
    options.name,
  );
};

/** All files or none: written beside, then moved. */
const writeFolder = async (folder: string, files: Record<string, Uint8Array | string>) => {
  const beside = `${folder}.${process.pid}.new`;
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(beside, name), content);
  await rm(folder, { recursive: true, force: true });
  await rename(beside, folder);
};
