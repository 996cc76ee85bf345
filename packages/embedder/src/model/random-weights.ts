import { STAGES, TENSOR_SHAPES } from './architecture.ts';
import type { EncoderWeights } from './weights.ts';

/**
 * An untrained encoder: He-uniform convolutions (He et al. 2015), zero biases, batch normalisation that changes nothing.
 * Only additions, multiplications and square roots, so a seed gives the same bytes on every machine.
 */
export const randomWeights = (seed: number): EncoderWeights => {
  const random = uniform(seed);
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of TENSOR_SHAPES) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const isConvolution = name.endsWith('.0.weight');
    if (isConvolution) {
      const stage = STAGES[Number(name.split('.')[1])];
      const bound = Math.sqrt(6 / ((stage?.inputs ?? 1) * 3));
      for (let i = 0; i < data.length; i++) data[i] = (2 * random() - 1) * bound;
      removeMeans(data, (stage?.inputs ?? 1) * 3);
    } else if (name.endsWith('.1.weight') || name.endsWith('running_var')) {
      data.fill(1);
    }
    weights.set(name, data);
  }
  return weights;
};

/**
 * Takes the mean out of each filter. What a layer sees is positive throughout (ReLU), so filters with a mean would all answer to loudness
 * first: measured, 81 % of the vectors' variance lay in one direction.
 */
const removeMeans = (data: Float32Array, size: number) => {
  for (let start = 0; start < data.length; start += size) {
    let sum = 0;
    for (let i = start; i < start + size; i++) sum += data[i] as number;
    for (let i = start; i < start + size; i++) data[i] = (data[i] as number) - sum / size;
  }
};

/** mulberry32 (Tommy Ettinger, public domain): a generator of numbers 0..1 from a 32-bit seed. */
const uniform = (seed: number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};
