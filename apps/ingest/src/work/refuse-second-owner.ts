import { SoundalikeError } from '@soundalike/core';
import { formatLocation } from '@soundalike/source';
import type { ItemAtWork } from './item-at-work.ts';

/**
 * Two recordings under one own id would overwrite each other for ever.
 *
 * @throws SoundalikeError `MANIFEST_INVALID` naming both places
 */
export const refuseSecondOwner = async (
  { item, deps: { catalogue } }: Pick<ItemAtWork, 'item' | 'deps'>,
  { trackId, contentId }: { trackId: string; contentId: string },
): Promise<void> => {
  if (item.externalId === null) return;
  const other = await catalogue.otherOwner({ trackId, itemId: item.id });
  if (!other || other.contentId === contentId) return;
  throw new SoundalikeError(
    'MANIFEST_INVALID',
    `The id "${item.externalId}" of ${formatLocation(item)} already belongs to another recording, ${formatLocation(other)}`,
    { fields: { externalId: item.externalId, other: formatLocation(other) } },
  );
};
