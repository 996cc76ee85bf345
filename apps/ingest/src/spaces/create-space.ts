import type { Catalogue, Space } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import {
  describeSpace,
  keepTransform,
  type LoadedModel,
  modelVariant,
  WINDOW_SAMPLES,
} from '@soundalike/embedder';
import type { VectorDatabase } from '@soundalike/store';

export interface CreateSpaceOptions {
  readonly catalogue: Catalogue;
  readonly vectors: VectorDatabase;
  readonly model: LoadedModel;
  /** Samples from one clip's start to the next's; the model's own where nothing is said. */
  readonly hopSamples?: number | undefined;
  /** `full` or `sampled:N`; where nothing is said, what workers are set to. */
  readonly coverage?: string | undefined;
  /** Asked before anything is made; what it throws ends the making. */
  check?(wanted: { readonly model: LoadedModel; readonly live: Space }): Promise<void>;
}

/**
 * Makes a space beside the live one, to be filled. Asked again for one that is being built, it goes on with that.
 *
 * @throws SoundalikeError `INDEX_EMPTY` where there is nothing to build beside; `INPUT_INVALID` where it would be the live space; what `check` throws
 */
export const createSpace = async (
  options: CreateSpaceOptions,
): Promise<{ model: LoadedModel; live: Space }> => {
  const { catalogue, vectors, hopSamples, coverage } = options;
  if (
    hopSamples !== undefined &&
    !(Number.isInteger(hopSamples) && hopSamples >= 1_000 && hopSamples <= WINDOW_SAMPLES)
  )
    throw new SoundalikeError(
      'INPUT_INVALID',
      `The hop must be 1000 to ${WINDOW_SAMPLES} samples at 22,050 Hz, got ${hopSamples}`,
      { fields: { hop: hopSamples } },
    );
  const live = await catalogue.liveSpace();
  if (!live)
    throw new SoundalikeError(
      'INDEX_EMPTY',
      `Nothing is indexed yet, so there is nothing to build beside: MODEL=${options.model.info.name} soundalike ingest <folder> begins with this model`,
    );
  const model = modelVariant(options.model, { hopSamples, coverage });
  const { space } = model.info;
  if (live.name === space)
    throw new SoundalikeError(
      'INPUT_INVALID',
      `Model ${model.info.name} makes space ${space}, which is the live one already; another model, hop, coverage or transform makes another`,
      { fields: { space } },
    );
  await options.check?.({ model, live });
  // The collections first: what the database knows of, workers write to.
  await vectors.openSpace(space, { create: true });
  await keepTransform(catalogue, model);
  await catalogue.addSpace(describeSpace(model, coverage));
  return { model, live };
};
