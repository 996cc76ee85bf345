import { createTransformFit, toSpace } from '@soundalike/embedder';

/**
 * Whitens vectors by their own covariance, as a model's transform does.
 *
 * @param shrinkage 0..1 towards the mean variance: 1 only centres
 * @returns unit vectors, in order
 * @throws RangeError for fewer than two vectors, or a covariance that is not positive (shrink it)
 */
export const whiten = (vectors: readonly Float32Array[], shrinkage: number): Float32Array[] => {
  const fit = createTransformFit(vectors[0]?.length);
  for (const vector of vectors) fit.add(vector);
  const transform = fit.finish(shrinkage);
  return vectors.map((vector) => toSpace(vector, transform).vector);
};

/** The same for the windows of tracks, by the covariance of all of them. */
export const whitenTracks = (
  tracks: readonly (readonly Float32Array[])[],
  shrinkage: number,
): Float32Array[][] => {
  const white = whiten(tracks.flat(), shrinkage);
  let at = 0;
  return tracks.map((windows) => windows.map(() => white[at++] as Float32Array));
};
