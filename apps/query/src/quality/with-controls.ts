import { type ModelInfo, SHRINKAGE, toSpace } from '@soundalike/embedder';
import { type Embedding, randomEmbedding } from './compare-embeddings.ts';
import { MFCC_SHRINKAGE } from './mfcc.ts';
import { seededRandom } from './seeded-random.ts';
import { whitenTracks } from './whiten.ts';

/** Shrinkage that leaves nothing to whiten by: only the mean goes. */
const CENTRED = 1;

type Tracks = readonly (readonly Float32Array[])[];

/**
 * The rows of table B: a model as it is and MFCC statistics as they are usually used, of the windows as they are and as the network hears them; then all
 * of these whitened by the very collection that is judged, as `model calibrate` does for a user's own; then the untrained network and chance.
 *
 * @param options.raw windows of each track as the network gives them; `mfcc` and `mfccAtOneLevel` their MFCC statistics; `untrained` in the space of
 *   that model
 */
export const withControls = (options: {
  name: string;
  transform: ModelInfo['transform'];
  raw: Tracks;
  mfcc: Tracks;
  mfccAtOneLevel: Tracks;
  untrained?: Tracks | undefined;
}): Embedding[] => {
  const { name, transform, raw, mfcc, mfccAtOneLevel, untrained } = options;
  const ours = raw.map((windows) => windows.map((vector) => toSpace(vector, transform).vector));
  const whitened = `${name}, whitened here`;
  const controls = [
    ['MFCC statistics', mfcc],
    ['MFCC statistics, at one level', mfccAtOneLevel],
  ] as const;
  return [
    { name, tracks: ours },
    ...controls.map(([control, tracks]) => ({ name: control, tracks: whitenTracks(tracks, CENTRED) })),
    { name: whitened, tracks: whitenTracks(raw, SHRINKAGE) },
    ...controls.map(([control, tracks]) => ({
      name: `${control}, whitened here`,
      against: whitened,
      tracks: whitenTracks(tracks, MFCC_SHRINKAGE),
    })),
    ...(untrained ? [{ name: 'untrained', tracks: untrained }] : []),
    randomEmbedding(ours, seededRandom(1)),
  ];
};
