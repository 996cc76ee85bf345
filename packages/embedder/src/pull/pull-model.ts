import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { convertModel } from '../convert/convert-model.ts';
import type { LoadedModel } from '../model/load-model.ts';
import { downloadResumed } from './download-resumed.ts';
import { type FileIdentity, identifyFile } from './known-files.ts';

/** Published models that `soundalike model pull` knows. */
export const PUBLISHED = {
  clmr: {
    url: 'https://github.com/Spijkervet/CLMR/releases/download/2.0/clmr_checkpoint_10000.zip',
    license: 'Apache-2.0',
    description: 'CLMR as published (Spijkervet & Burgoyne 2021), release 2.0, 10,000 epochs.',
    trainingData:
      'MagnaTagATune: about 25,000 clips from Magnatune, licensed for non-commercial research (CC BY-NC-SA). The weights are published under Apache-2.0; whether a model inherits terms of its training data is not settled everywhere. See docs/models.md.',
  },
} as const;

export type PublishedName = keyof typeof PUBLISHED;

/**
 * Installs a published model: downloads it (or takes `from`, a file brought here otherwise), reads the checkpoint without running anything in
 * it, checks structure, values and the network itself, and writes it as a model of its own.
 *
 * @throws SoundalikeError those of downloading and of `convertModel`
 */
export const pullModel = async (options: {
  name: PublishedName;
  modelsFolder: string;
  from?: string | undefined;
  url?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  pauseMs?: number | undefined;
}): Promise<LoadedModel & FileIdentity & { largestDifference: number }> => {
  const { name, modelsFolder, signal, onProgress, pauseMs } = options;
  const { url, license, description, trainingData } = PUBLISHED[name];
  const folder = join(modelsFolder, '.downloads');
  const target = join(folder, `${name}.zip`);
  if (!options.from) {
    await mkdir(folder, { recursive: true });
    await downloadResumed({ url: options.url ?? url, target, signal, onProgress, pauseMs });
  }
  const file = options.from ?? target;
  const identity = await identifyFile(file);
  const model = await convertModel({ file, name, modelsFolder, license, description, trainingData });
  if (!options.from) await rm(target, { force: true });
  return { ...model, ...identity };
};
