import { type Logger, toSoundalikeError } from '@soundalike/core';
import type { VectorDatabase } from '@soundalike/store';
import { type CatchUp, type CatchUpOptions, catchUp } from './catch-up.ts';

/**
 * Flips the one pointer in the database; every query and every item from here on is of the new space. Names that the store keeps for outside
 * readers follow. What came into the old space alone while the pointer flipped is brought into the new one.
 *
 * @throws SoundalikeError `SPACE_MISMATCH` where another process flipped it meanwhile
 */
export const flipSpace = async (
  options: CatchUpOptions & { readonly vectors: VectorDatabase; readonly logger: Logger },
): Promise<CatchUp> => {
  const { catalogue, vectors, from, to, logger } = options;
  await catalogue.flipLiveSpace({ from: from.store.space, to: to.store.space });
  await vectors.setLive(to.store.space).catch((thrown) => {
    const error = toSoundalikeError(thrown);
    logger.warn(
      { err: error },
      'the alias for outside readers did not follow; `soundalike index repair` sets it',
    );
  });
  return catchUp(options);
};
