import type { Embedder, Precision } from '../embedder.ts';
import { floatsFromBase64 } from '../model/floats-base64.ts';
import { type LoadedModel, loadModel } from '../model/load-model.ts';
import { checkGolden } from './check-golden.ts';

const SIZE = 512;

let models: LoadedModel[];
beforeAll(async () => {
  models = await Promise.all(['clmr-synth', 'untrained'].map((name) => loadModel({ name })));
});

/** A provider whose vectors have the given cosine to the recorded ones; of the last clip only, as a fault of padding would. */
const drifting = (model: LoadedModel, cosine: number, precision: Precision = 'fp32'): Embedder => {
  const recorded = floatsFromBase64(model.manifest.golden ?? '');
  return {
    model: { ...model.info, precision },
    maxBatch: 32,
    provider: 'webgpu',
    embed: async ({ windows }) =>
      windows.map((_, index) => {
        const vector = recorded.slice(index * SIZE, (index + 1) * SIZE);
        return index === windows.length - 1 ? turned(vector, cosine) : vector;
      }),
    close: async () => undefined,
  };
};

/** The vector turned towards a direction at right angles to it. */
const turned = (vector: Float32Array, cosine: number): Float32Array => {
  const norm = Math.hypot(...vector);
  const aside = new Float32Array(SIZE);
  // Two neighbours swapped with one sign changed, all along: at right angles and of the same length.
  for (let i = 0; i < SIZE; i += 2) {
    aside[i] = vector[i + 1] as number;
    aside[i + 1] = -(vector[i] as number);
  }
  expect(Math.hypot(...aside)).toBeCloseTo(norm, 3);
  const sine = Math.sqrt(1 - cosine ** 2);
  return vector.map((value, i) => cosine * value + sine * (aside[i] as number));
};

test('every bundled model has recorded vectors, the untrained control among them, and they pass', async () => {
  for (const model of models) expect(await checkGolden(drifting(model, 1), model.manifest)).toBeCloseTo(1, 6);
});

test.each<[Precision, number]>([
  ['fp32', 0.9985],
  ['int8', 0.985],
])('a provider that drifts in %s to a cosine of %d is refused by name', async (precision, cosine) => {
  for (const model of models) {
    const failure = checkGolden(drifting(model, cosine, precision), model.manifest);
    await expect(failure).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      message: expect.stringMatching(
        new RegExp(
          `webgpu computes model ${model.manifest.name} wrongly here: cosine ${cosine}.*PROVIDER=cpu`,
        ),
      ),
    });
  }
});

test.each<[Precision, number]>([
  ['fp32', 0.9995],
  ['int8', 0.995],
])('the last digits in %s may differ: a cosine of %d passes', async (precision, cosine) => {
  for (const model of models)
    expect(await checkGolden(drifting(model, cosine, precision), model.manifest)).toBeCloseTo(cosine, 4);
});

test('vectors that are not numbers are refused', async () => {
  for (const model of models)
    await expect(checkGolden(drifting(model, Number.NaN), model.manifest)).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
});
