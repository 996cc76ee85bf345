import { isSoundalikeError, SoundalikeError } from '@soundalike/core';
import {
  coverageOf,
  type DescribedSpace,
  hopOf,
  keptTransform,
  type TransformKeeper,
} from './describe-space.ts';
import { type LoadedModel, loadModel } from './load-model.ts';
import { type ModelVariant, modelVariant } from './model-variant.ts';

/**
 * The installed model that a space was made with, with the space's own hop, coverage and transform.
 *
 * @param options.pinned the model that MODEL asks for
 * @throws SoundalikeError `MODEL_NOT_FOUND` where it is not installed; `SPACE_MISMATCH` where MODEL names another one, or what is installed
 *   under its name has other weights
 */
export const modelOfSpace = async (options: {
  /** Where the space's own transform is kept. */
  catalogue: Pick<TransformKeeper, 'getSpaceTransform'>;
  space: DescribedSpace;
  modelsFolder?: string | undefined;
  pinned?: string | undefined;
}): Promise<LoadedModel> => {
  const { catalogue, space, modelsFolder, pinned } = options;
  const model = await loadModel({ name: pinned ?? space.model, modelsFolder });
  const variant: ModelVariant = {
    hopSamples: hopOf(space) ?? model.info.hopSamples,
    coverage: coverageOf(space),
  };
  const plain = modelVariant(model, variant);
  if (plain.info.space === space.name) return plain;
  const kept = await keptTransform(catalogue, space.name).catch((error) => {
    // A database of before, opened read-only, has no such table yet.
    if (isSoundalikeError(error) && error.code === 'INTERNAL') return undefined;
    throw error;
  });
  if (kept) {
    const made = modelVariant(model, { ...variant, ...kept });
    if (made.info.space === space.name) return made;
  }
  throw new SoundalikeError(
    'SPACE_MISMATCH',
    `The index is of space ${space.name} (model ${space.model}), but model ${model.info.name} makes space ${plain.info.space}`,
    {
      fields: {
        liveSpace: space.name,
        liveModel: space.model,
        space: plain.info.space,
        model: model.info.name,
      },
    },
  );
};
