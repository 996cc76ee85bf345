/**
 * SampleCNN as CLMR uses it (Lee et al. 2017; Spijkervet & Burgoyne 2021), with the tag head taken off: eleven stages of
 * convolution, batch normalisation and ReLU; nine of them end in max-pooling by 3, so 59,049 samples become one vector of 512.
 */
export interface Stage {
  readonly inputs: number;
  readonly outputs: number;
  /** Of the convolution; kernel size is always 3. */
  readonly stride: 1 | 3;
  readonly padding: 0 | 1;
  /** Max-pooling by 3 after the ReLU. */
  readonly pools: boolean;
}

const hidden = (inputs: number, outputs: number): Stage => ({
  inputs,
  outputs,
  stride: 1,
  padding: 1,
  pools: true,
});

export const KERNEL = 3;

/** PyTorch's default epsilon of BatchNorm1d. */
export const BATCH_NORM_EPSILON = 1e-5;

export const STAGES: readonly Stage[] = [
  { inputs: 1, outputs: 128, stride: 3, padding: 0, pools: false },
  hidden(128, 128),
  hidden(128, 128),
  hidden(128, 256),
  hidden(256, 256),
  hidden(256, 256),
  hidden(256, 256),
  hidden(256, 256),
  hidden(256, 256),
  hidden(256, 512),
  { inputs: 512, outputs: 512, stride: 1, padding: 1, pools: false },
];

/**
 * Optional: [level, lowest], both as RMS of full scale. A network that has it hears every window at the level, but windows below the lowest only
 * as much louder as that one. CLMR's published weights have none. See docs/decisions/0041-windows-at-one-level.md.
 */
export const LEVEL_TENSOR = 'input.level';

/** Names and shapes of all tensors of the canonical weights, in order: PyTorch's names within `encoder`. */
export const TENSOR_SHAPES: ReadonlyMap<string, readonly number[]> = new Map(
  STAGES.flatMap(({ inputs, outputs }, stage): [string, number[]][] => [
    [`sequential.${stage}.0.weight`, [outputs, inputs, KERNEL]],
    [`sequential.${stage}.0.bias`, [outputs]],
    [`sequential.${stage}.1.weight`, [outputs]],
    [`sequential.${stage}.1.bias`, [outputs]],
    [`sequential.${stage}.1.running_mean`, [outputs]],
    [`sequential.${stage}.1.running_var`, [outputs]],
  ]),
);
