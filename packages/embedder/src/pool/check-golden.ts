import { SoundalikeError } from '@soundalike/core';
import { DIMENSION, type Embedder } from '../embedder.ts';
import { floatsFromBase64 } from '../model/floats-base64.ts';
import { goldenClips } from '../model/golden-clips.ts';
import type { Manifest } from '../model/manifest.ts';

/** Vectors must be this close to the recorded ones: in fp32 rounding alone stays above 0.99999; int8 promises 0.99 for single clips. */
export const GOLDEN_COSINE = { fp32: 0.999, int8: 0.99 } as const;

/**
 * Embeds the golden clips and compares with the vectors that the manifest recorded on a CPU: a driver that computes something else is found
 * before the first job, not in the index.
 *
 * @returns the lowest cosine; undefined where the manifest has none to compare with
 * @throws SoundalikeError `PROVIDER_UNAVAILABLE`
 */
export const checkGolden = async (
  embedder: Embedder,
  { golden, name }: Manifest,
): Promise<number | undefined> => {
  if (golden === undefined) return undefined;
  const recorded = floatsFromBase64(golden);
  const clips = goldenClips();
  // A batch that a GPU would see, so that padding is checked, too.
  const vectors = await embedder.embed({ windows: clips });
  const lowest = Math.min(
    ...vectors.map((vector, index) =>
      cosine(vector, recorded.subarray(index * DIMENSION, (index + 1) * DIMENSION)),
    ),
  );
  const needed = GOLDEN_COSINE[embedder.model.precision];
  if (lowest >= needed) return lowest;
  throw new SoundalikeError(
    'PROVIDER_UNAVAILABLE',
    `${embedder.provider} computes model ${name} wrongly here: cosine ${lowest.toFixed(5)} to the recorded vectors, at least ${needed} is needed. Update the driver, or set PROVIDER=cpu.`,
    { fields: { provider: embedder.provider, cosine: lowest } },
  );
};

const cosine = (a: Float32Array, b: Float32Array): number => {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < DIMENSION; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? Number.NaN];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return Number.isNaN(dot) ? -1 : dot / Math.sqrt(aa * bb);
};
