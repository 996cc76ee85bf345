import type { ScoreCalibration, SpaceTransform } from '../embedder.ts';
import { floatsFromBytes, floatsToBytes } from './float-bytes.ts';
import type { LoadedModel } from './load-model.ts';
import { DECODING } from './space-name.ts';

/** A space as a catalogue keeps it: its name, its model's, and in words what the name hashes over. */
export interface DescribedSpace {
  readonly name: string;
  readonly model: string;
  readonly description: Readonly<Record<string, unknown>>;
}

/** Where transforms are kept with the spaces' names: the catalogue. */
export interface TransformKeeper {
  putSpaceTransform(name: string, transform: TransformBytes): Promise<void>;
  getSpaceTransform(name: string): Promise<TransformBytes | undefined>;
}

export interface TransformBytes {
  /** Little-endian float32. */
  readonly mean: Uint8Array;
  readonly whitening: Uint8Array | undefined;
  readonly calibration: unknown;
}

/** A model's space as the catalogue keeps it, in words for people; what its name hashes over. */
export const describeSpace = ({ info }: LoadedModel, coverage?: string | undefined): DescribedSpace => ({
  name: info.space,
  model: info.name,
  description: {
    weights: info.weightsSha256,
    sampleRate: info.sampleRate,
    windowSamples: info.windowSamples,
    hopSamples: info.hopSamples,
    decoding: DECODING,
    transform: info.transform.whitening ? 'centred and whitened' : 'centred',
    ...(coverage === undefined ? {} : { coverage }),
  },
});

/** Keeps the transform with the space, so that it can be searched whatever becomes of the model's manifest. */
export const keepTransform = async (
  keeper: Pick<TransformKeeper, 'putSpaceTransform'>,
  { info }: LoadedModel,
): Promise<void> => {
  const { mean, whitening } = info.transform;
  await keeper.putSpaceTransform(info.space, {
    mean: floatsToBytes(mean),
    whitening: whitening && floatsToBytes(whitening),
    calibration: info.calibration,
  });
};

/** What is kept for a space. */
export const keptTransform = async (
  keeper: Pick<TransformKeeper, 'getSpaceTransform'>,
  name: string,
): Promise<{ transform: SpaceTransform; calibration: ScoreCalibration } | undefined> => {
  const kept = await keeper.getSpaceTransform(name);
  return (
    kept && {
      transform: {
        mean: floatsFromBytes(kept.mean),
        whitening: kept.whitening && floatsFromBytes(kept.whitening),
      },
      calibration: kept.calibration as ScoreCalibration,
    }
  );
};

/** How many samples lie between a space's clips, where it says so. */
export const hopOf = ({ description }: Pick<DescribedSpace, 'description'>): number | undefined =>
  typeof description.hopSamples === 'number' ? description.hopSamples : undefined;

/** The coverage that a space was made for; undefined: what workers are set to. */
export const coverageOf = ({ description }: Pick<DescribedSpace, 'description'>): string | undefined =>
  typeof description.coverage === 'string' ? description.coverage : undefined;
