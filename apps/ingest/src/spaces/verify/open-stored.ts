import { toSoundalikeError } from '@soundalike/core';
import { openVectorDatabase, type VectorDatabase, type VectorStore } from '@soundalike/store';

/** What the store holds of a space that the database knows: nothing where its vectors are gone. Makes nothing there. */
export const openStored = async (vectors: VectorDatabase, space: string): Promise<VectorStore> =>
  vectors.openSpace(space).catch(async (error) => {
    if (toSoundalikeError(error).code !== 'INDEX_EMPTY') throw error;
    return (await openVectorDatabase('memory:')).openSpace(space, { create: true });
  });
