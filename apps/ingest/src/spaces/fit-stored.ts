import type { Catalogue } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { createTransformFit, fromSpace, type SpaceTransform } from '@soundalike/embedder';
import type { OpenSpace } from './open-space.ts';
import { sampleTracks } from './sample-tracks.ts';

/** Tracks read at once. */
const PAGE = 100;

/** Clips of one track at most, spread over it: neighbours say little new. */
const CLIPS_A_TRACK = 8;

/** Fewer clips than this describe themselves and not the music. */
const MIN_CLIPS = 100;

/**
 * Fits a transform to the raw vectors that a space's stored ones were made from; nothing is decoded.
 *
 * @param options.shrinkage 0..1; undefined: only centre
 * @throws SoundalikeError `INPUT_INVALID` for too few clips, or too little shrinkage for so few
 */
export const fitStored = async (options: {
  catalogue: Catalogue;
  space: OpenSpace;
  /** Tracks that are read at most. */
  tracks: number;
  shrinkage: number | undefined;
  signal: AbortSignal;
}): Promise<{ transform: SpaceTransform; tracks: number; clips: number }> => {
  const { catalogue, space, shrinkage, signal } = options;
  const drawn = await sampleTracks(catalogue, space.store.space, options.tracks);
  const fit = createTransformFit();
  for (let at = 0; at < drawn.length; at += PAGE) {
    signal.throwIfAborted();
    const ids = drawn.slice(at, at + PAGE).map(({ trackId }) => trackId);
    for (const { clips } of (await space.store.clipsOf(ids)).values())
      for (const clip of spread(clips)) fit.add(fromSpace(clip, space.model.transform));
  }
  if (fit.count < MIN_CLIPS)
    throw new SoundalikeError(
      'INPUT_INVALID',
      `A transform is fitted to at least ${MIN_CLIPS} clips; ${space.store.space} has ${fit.count}`,
    );
  try {
    return { transform: fit.finish(shrinkage), tracks: drawn.length, clips: fit.count };
  } catch (cause) {
    throw new SoundalikeError(
      'INPUT_INVALID',
      `No transform can be fitted to ${fit.count} clips with --shrinkage ${shrinkage}: ${(cause as Error).message}`,
      { cause },
    );
  }
};

const spread = <T>(list: readonly T[]): T[] =>
  list.length <= CLIPS_A_TRACK
    ? [...list]
    : Array.from(
        { length: CLIPS_A_TRACK },
        (_, at) => list[Math.floor((at * list.length) / CLIPS_A_TRACK)] as T,
      );
