import type { Catalogue, Space } from '@soundalike/catalogue';
import { coverageOf, type LoadedModel, modelOfSpace } from '@soundalike/embedder';
import type { VectorDatabase, VectorStore } from '@soundalike/store';

/** A space with its vectors and the model that made them; no network is started. */
export interface OpenSpace {
  readonly store: VectorStore;
  readonly loaded: LoadedModel;
  readonly model: LoadedModel['info'];
  readonly coverage: string;
}

export interface OpenSpaceOptions {
  readonly catalogue: Catalogue;
  readonly vectors: VectorDatabase;
  readonly modelsFolder?: string | undefined;
  /** Of spaces that have none of their own. */
  readonly coverage: string;
}

/** @throws SoundalikeError `MODEL_NOT_FOUND`, `SPACE_MISMATCH`, `INDEX_EMPTY` */
export const openSpace = async (
  space: Pick<Space, 'name' | 'model' | 'description'>,
  { catalogue, vectors, modelsFolder, coverage }: OpenSpaceOptions,
): Promise<OpenSpace> => {
  const loaded = await modelOfSpace({ catalogue, space, modelsFolder });
  const store = await vectors.openSpace(space.name);
  return { store, loaded, model: loaded.info, coverage: coverageOf(space) ?? coverage };
};
