import { isSoundalikeError, toSoundalikeError } from '@soundalike/core';
import type { FillOptions } from './fill-space.ts';
import { fillSpace } from './fill-space.ts';

/**
 * Brings a track into every space that is being built. What keeps it out of one of them for good, or no node of that space's model, is logged
 * and does not keep it out of the live space: promoting finds what is missing.
 *
 * @returns seconds of audio embedded
 * @throws SoundalikeError what may pass (a server away, a stop, a crash): the item is worked on again
 */
export const fillOthers = async (options: Omit<FillOptions, 'target'>): Promise<number> => {
  const { deps, track } = options;
  let seconds = 0;
  for (const target of deps.building ?? []) {
    try {
      const embedded = await fillSpace({ ...options, target });
      seconds = Math.max(seconds, embedded?.durationSeconds ?? 0);
    } catch (thrown) {
      const error = toSoundalikeError(thrown);
      if (isPassing(error)) throw error;
      deps.logger.warn(
        { space: target.store.space, track: track.trackId, err: error },
        'the track is not in the space that is being built',
      );
    }
  }
  return seconds;
};

/** Worth trying the item again for. A space whose network is away is not: the live index must grow on without it. */
export const isPassing = (error: unknown): boolean =>
  isSoundalikeError(error) && error.policy.retryable && error.code !== 'EMBEDDER_UNAVAILABLE';
