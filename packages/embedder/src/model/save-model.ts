import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScoreCalibration, SpaceTransform } from '../embedder.ts';
import { describeModel, type LoadedModel } from './load-model.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { transformToFiles } from './transform-files.ts';

/** A manifest with another transform and score curve. */
export const withSpace = (
  manifest: Manifest,
  space: {
    transform: SpaceTransform;
    transformFittedOn: string;
    calibration: ScoreCalibration;
    calibrationFittedOn: string;
  },
): { manifest: Manifest; files: Record<string, Uint8Array> } => {
  const { transform, files } = transformToFiles(space.transform, space.transformFittedOn);
  const calibration = { ...space.calibration, fittedOn: space.calibrationFittedOn };
  return { manifest: { ...manifest, transform, calibration }, files };
};

/**
 * Writes a model's manifest and the files it names into its folder; the manifest last and in one step.
 *
 * @throws SoundalikeError `MODEL_INVALID` where it could not be loaded again
 */
export const saveModel = async (options: {
  folder: string;
  manifest: Manifest;
  files: Readonly<Record<string, Uint8Array>>;
}): Promise<LoadedModel> => {
  const { folder, files } = options;
  const path = join(folder, 'manifest.json');
  const manifest = parseManifest(options.manifest, path);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  const loaded = await describeModel(manifest, folder);
  const beside = `${path}.${process.pid}.new`;
  await writeFile(beside, `${JSON.stringify(manifest, undefined, 2)}\n`);
  await rename(beside, path);
  return loaded;
};
