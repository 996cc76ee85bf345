import type { Catalogue, SpaceStanding } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';

/**
 * The space that is meant where none is named: the only one there is to choose.
 *
 * @throws SoundalikeError `INPUT_INVALID`
 */
export const chooseSpace = async (
  catalogue: Catalogue,
  name: string | undefined,
  state: 'building' | 'kept',
): Promise<{ live: SpaceStanding; chosen: SpaceStanding }> => {
  const spaces = await catalogue.listSpaces();
  const live = spaces.find((space) => space.state === 'live');
  if (!live) throw new SoundalikeError('INDEX_EMPTY', 'Nothing has been indexed yet');
  const listed = spaces.map((space) => `${space.name} (${space.model}, ${space.state})`).join(', ');
  if (name !== undefined) {
    const found = spaces.find((space) => space.name === name);
    if (found && found !== live) return { live, chosen: found };
    throw new SoundalikeError(
      'INPUT_INVALID',
      found ? `The space ${name} is live already` : `There is no space "${name}"; there are ${listed}`,
      { fields: { space: name } },
    );
  }
  const candidates = spaces.filter((space) => space.state === state);
  const former = state === 'kept' ? await catalogue.getSetting('former-space') : undefined;
  const [only] = candidates.filter((space) => former === undefined || space.name === former);
  if (only && (candidates.length === 1 || former !== undefined)) return { live, chosen: only };
  const wanted = state === 'building' ? 'being built' : 'kept to go back to';
  throw new SoundalikeError(
    'INPUT_INVALID',
    candidates.length === 0
      ? `No space is ${wanted}; there are ${listed}`
      : `${candidates.length} spaces are ${wanted}; name one of ${listed}`,
  );
};
