import { randomBytes } from 'node:crypto';
import type { Catalogue, TrackInSpace } from '@soundalike/catalogue';

/**
 * Tracks of a space drawn by chance: ids are hashes, so the track that follows a random key is any of them.
 *
 * @returns at most `count` different tracks, all where the space has no more
 */
export const sampleTracks = async (
  catalogue: Pick<Catalogue, 'tracksInSpace' | 'countTracks'>,
  space: string,
  count: number,
): Promise<TrackInSpace[]> => {
  if ((await catalogue.countTracks(space)) <= count) return catalogue.tracksInSpace({ space, limit: count });
  const found = new Map<string, TrackInSpace>();
  // Some keys lead to the same track; a few more than are wanted find enough.
  for (let tries = 0; found.size < count && tries < 4 * count; tries++) {
    const after = randomBytes(16).toString('base64url');
    const [next] = await catalogue.tracksInSpace({ space, after, limit: 1 });
    // Past the last key it goes on with the first.
    const [track] = next ? [next] : await catalogue.tracksInSpace({ space, limit: 1 });
    if (track) found.set(track.trackId, track);
  }
  return [...found.values()];
};
