import type { Catalogue, Item } from '@soundalike/catalogue';
import type { ErrorCode } from '@soundalike/core';

/** An item whose own ffmpeg died this often in one try is given up: it would only kill more. */
const MAX_CRASHES = 3;

/**
 * Whether another attempt at an item would only do harm. Decided by the database, whichever worker each attempt was made by: a stopped worker,
 * a lost lock or a server away are not the item's fault and do not count here.
 *
 * @param code of the attempt that has just failed, which is not written down yet
 */
export const isPoison = async (item: Item, code: ErrorCode, catalogue: Catalogue): Promise<boolean> => {
  // The embedder gives up a window only after its process has died on it three times.
  if (code === 'EMBED_CRASHED') return true;
  if (code !== 'DECODER_CRASHED') return false;
  const since = item.queuedAt ?? 0;
  const crashes = (await catalogue.attemptsOf(item.id)).filter(
    (attempt) => attempt.code === 'DECODER_CRASHED' && attempt.finishedAt >= since,
  );
  return crashes.length + 1 >= MAX_CRASHES;
};
