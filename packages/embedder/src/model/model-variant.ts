import type { Embedder, ScoreCalibration, SpaceTransform } from '../embedder.ts';
import type { LoadedModel } from './load-model.ts';
import { spaceName } from './space-name.ts';

/** What a space may have otherwise than its model's manifest says. */
export interface ModelVariant {
  /** Samples from one catalogue clip's start to the next's. */
  readonly hopSamples?: number | undefined;
  /** `sampled:N` where the space itself is of so many windows a track. */
  readonly coverage?: string | undefined;
  readonly transform?: SpaceTransform | undefined;
  readonly calibration?: ScoreCalibration | undefined;
}

/** The same network making another space: its name follows from what differs. */
export const modelVariant = (model: LoadedModel, variant: ModelVariant): LoadedModel => {
  const { info } = model;
  const facts = {
    ...info,
    hopSamples: variant.hopSamples ?? info.hopSamples,
    transform: variant.transform ?? info.transform,
    calibration: variant.calibration ?? info.calibration,
  };
  return { ...model, info: { ...facts, space: spaceName({ ...facts, coverage: variant.coverage }) } };
};

/** An embedder that is running already, for another space of the same weights: raw vectors are the same, only their place differs. */
export const embedderFor = (embedder: Embedder, { info }: LoadedModel): Embedder => ({
  ...embedder,
  model: { ...info, precision: embedder.model.precision },
});
