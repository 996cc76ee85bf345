import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SoundalikeError } from '@soundalike/core';
import type { ModelInfo, SpaceTransform } from '../embedder.ts';
import { SIGNATURE_LIMITS, type SignatureLimits } from '../signature/match-signature.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { randomWeights } from './random-weights.ts';
import { spaceName } from './space-name.ts';
import { readTransform } from './transform-files.ts';
import { type EncoderWeights, hashWeights, readWeights, weightsToBytes } from './weights.ts';

/** The models that come with Soundalike: `models/` at the root of the checkout or image. */
export const BUNDLED_MODELS = fileURLToPath(new URL('../../../../models', import.meta.url));

/** A model as installed: what its manifest says, and where its weights come from. */
export interface LoadedModel {
  readonly info: ModelInfo;
  readonly manifest: Manifest;
  readonly folder: string;
}

/**
 * Loads a model's manifest; the weights are read where they are used, in the embedding processes.
 *
 * @param options.name undefined: the default, a trained model where one is bundled, else `untrained`
 * @throws SoundalikeError `MODEL_NOT_FOUND` naming what is installed, `MODEL_INVALID`
 */
export const loadModel = async (
  options: { name?: string | undefined; modelsFolder?: string | undefined } = {},
): Promise<LoadedModel> => {
  const models = await listModels(options.modelsFolder);
  const wanted = options.name ?? defaultOf(models)?.info.name;
  const found = models.find(({ info }) => info.name === wanted);
  if (found) return found;
  const installed = models.map(({ info }) => info.name).join(', ') || 'none';
  throw new SoundalikeError(
    'MODEL_NOT_FOUND',
    `The model "${wanted ?? ''}" is not installed; installed: ${installed}`,
    { fields: { model: wanted } },
  );
};

/** A trained model that came with Soundalike goes before one that was installed later: installing is not choosing. */
const defaultOf = (models: readonly LoadedModel[]): LoadedModel | undefined =>
  models.find(({ info, folder }) => info.trained && folder.startsWith(BUNDLED_MODELS)) ??
  models.find(({ info }) => info.trained) ??
  models[0];

/** All installed models, trained ones first; the bundled folder and, where given, another one that goes before it. */
export const listModels = async (modelsFolder?: string): Promise<LoadedModel[]> => {
  const folders = modelsFolder ? [modelsFolder, BUNDLED_MODELS] : [BUNDLED_MODELS];
  const found = new Map<string, LoadedModel>();
  for (const base of folders) {
    const entries = await readdir(base, { withFileTypes: true }).catch(() => []);
    for (const entry of entries
      .filter((candidate) => candidate.isDirectory())
      .sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const model = await readModel(join(base, entry.name));
      if (model && !found.has(model.info.name)) found.set(model.info.name, model);
    }
  }
  return [...found.values()].sort((a, b) => Number(b.info.trained) - Number(a.info.trained));
};

const readModel = async (folder: string): Promise<LoadedModel | undefined> => {
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SoundalikeError('MODEL_INVALID', `${path} is not JSON`, { cause });
  }
  return describeModel(parseManifest(value, path), folder);
};

/**
 * A model of a manifest and the folder with its files, its transform read and checked.
 *
 * @throws SoundalikeError `MODEL_INVALID`
 */
export const describeModel = async (manifest: Manifest, folder: string): Promise<LoadedModel> => {
  const transform = await readTransform(manifest, folder);
  return { info: modelInfo(manifest, transform), manifest, folder };
};

/** What the product needs of a manifest at run time. */
const modelInfo = (manifest: Manifest, transform: SpaceTransform): ModelInfo => {
  const facts = {
    weightsSha256: manifest.weights.sha256,
    sampleRate: manifest.sampleRate,
    windowSamples: manifest.windowSamples,
    hopSamples: manifest.hopSamples,
    transform,
  };
  const { fittedOn: _fittedOn, ...calibration } = manifest.calibration;
  return {
    ...facts,
    name: manifest.name,
    trained: manifest.trained,
    license: manifest.license,
    description: manifest.description,
    dimension: manifest.dimension,
    precision: 'fp32',
    calibration,
    signature: limitsOf(manifest),
    space: spaceName(facts),
  };
};

const limitsOf = (manifest: Manifest): SignatureLimits => {
  const { strong, all, margin = SIGNATURE_LIMITS.margin } = manifest.signature ?? SIGNATURE_LIMITS;
  return { strong, all, margin };
};

/**
 * Reads the canonical weights of a model and checks them against its manifest's hash.
 *
 * @throws SoundalikeError `MODEL_INVALID`
 */
export const loadWeights = async ({
  manifest,
  folder,
}: Pick<LoadedModel, 'manifest' | 'folder'>): Promise<EncoderWeights> => {
  const { weights } = manifest;
  const bytes =
    'seed' in weights
      ? weightsToBytes(randomWeights(weights.seed))
      : await readFile(join(folder, weights.file)).catch((cause) => {
          throw new SoundalikeError(
            'MODEL_INVALID',
            `The weights of ${manifest.name} cannot be read from ${join(folder, weights.file)}`,
            { cause },
          );
        });
  const found = hashWeights(bytes);
  if (found !== weights.sha256) {
    throw new SoundalikeError(
      'MODEL_INVALID',
      `The weights of ${manifest.name} have SHA-256 ${found}, the manifest says ${weights.sha256}`,
    );
  }
  return readWeights(bytes, manifest.name);
};
