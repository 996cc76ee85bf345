import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashWeights, loadModel, randomWeights, weightsToBytes } from '@soundalike/embedder';

/** Installs another random network under SOUNDALIKE_HOME: a model of a space of its own. */
export const installModel = async (home: string, name: string, seed: number): Promise<void> => {
  const { manifest } = await loadModel({ name: 'untrained' });
  const { golden: _golden, ...rest } = manifest;
  const sha256 = hashWeights(weightsToBytes(randomWeights(seed)));
  const folder = join(home, 'models', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ ...rest, name, weights: { seed, sha256 } }, undefined, 2),
  );
};
