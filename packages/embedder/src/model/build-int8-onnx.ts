import { DIMENSION, WINDOW_SAMPLES } from '../embedder.ts';
import { STAGES } from './architecture.ts';
import { addFastStage } from './build-onnx.ts';
import { add, constant, encodeModel, type Graph, INPUT_NAME, OUTPUT_NAME } from './encode-onnx.ts';
import { type FoldedStage, foldBatchNorm } from './fold-batch-norm.ts';
import type { EncoderWeights } from './weights.ts';

/**
 * Stages that compute in 8 bits. Of the network's 1.73 billion multiplications a window 1.65 are theirs; the first stage reads the audio
 * itself, of which 8 bits are too few, and the last six are small and closest to the answer.
 */
export const INT8_STAGES = { first: 1, last: 4 } as const;

/**
 * Largest weight, of 127. Processors with AVX2 but without VNNI add two products of a uint8 and an int8 in 16 bits and clip there:
 * 2 x 255 x 64 = 32,640 is the most that fits below 32,768, so the same bits come out on every processor. With weights rounded together
 * (`fitInt8`) the eighth bit brought nothing: cosine 0.9993 with and without.
 */
export const MAX_WEIGHT = 64;

/** What static quantisation needs to know beside the weights. */
export interface Quantisation {
  /** The value that 255 stands for, in each channel of the first 8-bit stage's input and of each one's output. */
  readonly ranges: readonly Float32Array[];
  /** One for each 8-bit stage. */
  readonly stages: readonly Int8Stage[];
}

/** A stage in whole numbers: weights in -MAX_WEIGHT..MAX_WEIGHT, biases in steps of weight times input. */
export interface Int8Stage {
  readonly weight: Int8Array;
  readonly bias: Int32Array;
}

/** The encoder with its large stages in 8 bits: uint8 activations with zero point 0, int8 weights with a scale for each output. */
export const buildInt8Onnx = (weights: EncoderWeights, { ranges, stages }: Quantisation): Uint8Array => {
  const { first, last } = INT8_STAGES;
  if (ranges.length !== last - first + 2)
    throw new RangeError(`${ranges.length} ranges, not ${last - first + 2}`);
  const graph: Graph = { nodes: [], initializers: [] };
  let signal = add(graph, {
    type: 'Reshape',
    inputs: [INPUT_NAME, constant(graph, 'shape', [-1, 1, 1, WINDOW_SAMPLES])],
    output: 'signal',
  });
  graph.initializers.push({ name: 'zero', shape: [], data: new Uint8Array(1) });
  graph.initializers.push({ name: 'scale', shape: [], data: Float32Array.of(1 / 255) });
  const equal = equalised(weights, ranges);
  STAGES.forEach((_, stage) => {
    const folded = equal[stage] as FoldedStage;
    if (stage === first)
      signal = add(graph, { type: 'QuantizeLinear', inputs: [signal, 'scale', 'zero'], output: 'coarse' });
    if (stage === last + 1)
      signal = add(graph, {
        type: 'DequantizeLinear',
        inputs: [signal, 'scale', 'zero'],
        output: 'fine',
      });
    signal =
      stage >= first && stage <= last
        ? addInt8Stage(graph, stage, signal, weightScales(folded), stages[stage - first] as Int8Stage)
        : addFastStage(graph, folded, stage, signal);
  });
  add(graph, {
    type: 'Reshape',
    inputs: [signal, constant(graph, 'flat', [-1, DIMENSION])],
    output: OUTPUT_NAME,
  });
  return encodeModel(graph);
};

/** Convolution and pooling; the ReLU is in the zero point: what is below 0 becomes 0. */
const addInt8Stage = (
  graph: Graph,
  index: number,
  input: string,
  scales: Float32Array,
  { weight, bias }: Int8Stage,
): string => {
  const { outputs, inputs, padding, stride } = STAGES[index] as (typeof STAGES)[number];
  graph.initializers.push(
    { name: `w${index}`, shape: [outputs, inputs, 1, 3], data: weight },
    { name: `ws${index}`, shape: [outputs], data: scales },
    { name: `wz${index}`, shape: [outputs], data: new Int8Array(outputs) },
    { name: `b${index}`, shape: [outputs], data: bias },
  );
  const conv = add(graph, {
    type: 'QLinearConv',
    inputs: [input, 'scale', 'zero', `w${index}`, `ws${index}`, `wz${index}`, 'scale', 'zero', `b${index}`],
    output: `conv${index}`,
    ints: { kernel_shape: [1, 3], strides: [1, stride], pads: [0, padding, 0, padding] },
  });
  return add(graph, {
    type: 'MaxPool',
    inputs: [conv],
    output: `pool${index}`,
    ints: { kernel_shape: [1, 3], strides: [1, 3] },
  });
};

/** The step of each output's weights: its largest one is MAX_WEIGHT steps. */
export const weightScales = ({ weight, bias }: FoldedStage): Float32Array => {
  const size = weight.length / bias.length;
  return Float32Array.from(bias, (_, output) => {
    const row = weight.subarray(output * size, (output + 1) * size);
    return (
      Math.max(
        row.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
        1e-6,
      ) / MAX_WEIGHT
    );
  });
};

/**
 * All stages, channels scaled so that each one's largest value is 1 between the 8-bit stages: ReLU and max-pooling do not mind, and what a
 * channel is divided by, the next stage's weights are multiplied by (Nagel et al. 2019). So quiet channels get all 256 steps, too.
 */
export const equalised = (weights: EncoderWeights, ranges: readonly Float32Array[]): FoldedStage[] => {
  const { first, last } = INT8_STAGES;
  return STAGES.map(({ inputs }, stage) => {
    const { weight, bias } = foldBatchNorm(weights, stage);
    const before = stage >= first && stage <= last + 1 ? ranges[stage - first] : undefined;
    const after = stage >= first - 1 && stage <= last ? ranges[stage - first + 1] : undefined;
    return {
      weight: weight.map((value, at) => {
        const [output, input] = [Math.floor(at / (inputs * 3)), Math.floor(at / 3) % inputs];
        return (value * (before?.[input] ?? 1)) / (after?.[output] ?? 1);
      }),
      bias: bias.map((value, output) => value / (after?.[output] ?? 1)),
    };
  });
};
