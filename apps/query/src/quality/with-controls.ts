import { type ModelInfo, SHRINKAGE, toSpace } from '@soundalike/embedder';
import { type Embedding, randomEmbedding } from './compare-embeddings.ts';
import { MFCC_SHRINKAGE } from './mfcc.ts';
import { seededRandom } from './seeded-random.ts';
import { whitenTracks } from './whiten.ts';

/** Shrinkage that leaves nothing to whiten by: only the mean goes. */
const CENTRED = 1;

type Tracks = readonly (readonly Float32Array[])[];

/**
 * The rows of table B: a model as it is and MFCC statistics as they are usually used; then both whitened by the very collection that is judged, as
 * `model calibrate` does for a user's own; then the untrained network and chance.
 *
 * @param options.raw windows of each track as the network gives them; `mfcc` their MFCC statistics; `untrained` in the space of that model
 */
export const withControls = (options: {
  name: string;
  transform: ModelInfo['transform'];
  raw: Tracks;
  mfcc: Tracks;
  untrained?: Tracks | undefined;
}): Embedding[] => {
  const { name, transform, raw, mfcc, untrained } = options;
  const ours = raw.map((windows) => windows.map((vector) => toSpace(vector, transform).vector));
  const whitened = `${name}, whitened here`;
  return [
    { name, tracks: ours },
    { name: 'MFCC statistics', tracks: whitenTracks(mfcc, CENTRED) },
    { name: whitened, tracks: whitenTracks(raw, SHRINKAGE) },
    { name: 'MFCC statistics, whitened here', against: whitened, tracks: whitenTracks(mfcc, MFCC_SHRINKAGE) },
    ...(untrained ? [{ name: 'untrained', tracks: untrained }] : []),
    randomEmbedding(ours, seededRandom(1)),
  ];
};
