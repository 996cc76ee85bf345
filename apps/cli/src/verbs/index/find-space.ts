import type { SpaceStanding } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import type { Invocation } from '../../verb.ts';

/** The space that the command line names, the live one where it names none. @throws SoundalikeError `INPUT_INVALID`, `INDEX_EMPTY` */
export const findSpace = async ({ context, positionals }: Invocation): Promise<SpaceStanding> => {
  const [, name] = positionals;
  const spaces = await (await context.catalogue()).listSpaces();
  const found = spaces.find((space) => (name === undefined ? space.state === 'live' : space.name === name));
  if (found) return found;
  if (name === undefined) throw new SoundalikeError('INDEX_EMPTY', 'Nothing has been indexed yet');
  throw new SoundalikeError(
    'INPUT_INVALID',
    `There is no space "${name}"; there are ${spaces.map((space) => `${space.name} (${space.state})`).join(', ')}`,
    { fields: { space: name } },
  );
};
