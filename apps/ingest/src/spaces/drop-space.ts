import type { Catalogue } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import type { VectorDatabase } from '@soundalike/store';

/**
 * Forgets a space and removes its vectors. The database first: what it does not know of, no worker writes to; cut off in between, the space
 * is `unknown` and can be dropped again.
 *
 * @throws SoundalikeError `SPACE_MISMATCH` where it is live, `INPUT_INVALID` where neither database nor store has it
 */
export const dropSpace = async (
  { catalogue, vectors }: { catalogue: Catalogue; vectors: VectorDatabase },
  space: string,
): Promise<void> => {
  const [known, stored] = await Promise.all([catalogue.listSpaces(), vectors.listSpaces()]);
  if (!stored.includes(space) && !known.some(({ name }) => name === space))
    throw new SoundalikeError(
      'INPUT_INVALID',
      `There is no space "${space}"; there are ${[...new Set([...known.map(({ name }) => name), ...stored])].join(', ')}`,
      { fields: { space } },
    );
  await catalogue.forgetSpace(space);
  if (stored.includes(space)) await vectors.dropSpace(space);
};
