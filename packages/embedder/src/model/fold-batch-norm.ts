import { BATCH_NORM_EPSILON } from './architecture.ts';
import type { EncoderWeights } from './weights.ts';

export interface FoldedStage {
  /** outputs x inputs x 3. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** One stage's convolution with its batch normalisation multiplied in: the same function at inference, one step less. */
export const foldBatchNorm = (weights: EncoderWeights, stage: number): FoldedStage => {
  const tensor = (name: string) => weights.get(`sequential.${stage}.${name}`) as Float32Array;
  const weight = Float32Array.from(tensor('0.weight'));
  const bias = Float32Array.from(tensor('0.bias'));
  const [gamma, beta, mean, variance] = [
    tensor('1.weight'),
    tensor('1.bias'),
    tensor('1.running_mean'),
    tensor('1.running_var'),
  ];
  const perOutput = weight.length / bias.length;
  for (let output = 0; output < bias.length; output++) {
    const factor = at(gamma, output) / Math.sqrt(at(variance, output) + BATCH_NORM_EPSILON);
    for (let i = output * perOutput; i < (output + 1) * perOutput; i++) weight[i] = at(weight, i) * factor;
    bias[output] = (at(bias, output) - at(mean, output)) * factor + at(beta, output);
  }
  return { weight, bias };
};

const at = (values: Float32Array, index: number): number => values[index] as number;
