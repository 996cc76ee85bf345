import { DIMENSION, WINDOW_SAMPLES } from '../embedder.ts';
import { BATCH_NORM_EPSILON, LEVEL_TENSOR, STAGES } from './architecture.ts';
import { add, constant, encodeModel, type Graph, INPUT_NAME, OUTPUT_NAME } from './encode-onnx.ts';
import { type FoldedStage, foldBatchNorm } from './fold-batch-norm.ts';
import type { EncoderWeights } from './weights.ts';

/**
 * The encoder as an ONNX model: input `audio` [batch, 59049], output `embedding` [batch, 512].
 *
 * `fast` folds batch normalisation and writes the convolutions as 1x3 in two dimensions, for which onnxruntime's CPU kernels
 * are quicker; `plain` is what a direct export of the PyTorch module looks like, kept as the measure to beat.
 *
 * @param outputs nodes whose values are given out as well, such as `pool3`
 */
export const buildOnnx = (
  weights: EncoderWeights,
  form: 'fast' | 'plain' = 'fast',
  outputs: readonly string[] = [],
): Uint8Array => {
  const graph: Graph = { nodes: [], initializers: [], outputs };
  const inner = form === 'fast' ? [1, WINDOW_SAMPLES] : [WINDOW_SAMPLES];
  let signal = add(graph, {
    type: 'Reshape',
    inputs: [addLevel(graph, weights), constant(graph, 'shape', [-1, 1, ...inner])],
    output: 'signal',
  });
  STAGES.forEach((_, stage) => {
    signal =
      form === 'fast'
        ? addFastStage(graph, foldBatchNorm(weights, stage), stage, signal)
        : addPlainStage(graph, weights, stage, signal);
  });
  add(graph, {
    type: 'Reshape',
    inputs: [signal, constant(graph, 'flat', [-1, DIMENSION])],
    output: OUTPUT_NAME,
  });
  return encodeModel(graph);
};

/** The audio as the network wants to hear it: each window by itself at the weights' level, where they name one. */
export const addLevel = (graph: Graph, weights: EncoderWeights): string => {
  const [level, lowest] = weights.get(LEVEL_TENSOR) ?? [];
  if (level === undefined || lowest === undefined) return INPUT_NAME;
  graph.initializers.push(
    { name: 'level', shape: [], data: Float32Array.of(level) },
    { name: 'lowest', shape: [], data: Float32Array.of(lowest) },
  );
  const square = add(graph, { type: 'Mul', inputs: [INPUT_NAME, INPUT_NAME], output: 'square' });
  const mean = add(graph, { type: 'ReduceMean', inputs: [square], output: 'power', ints: { axes: [1] } });
  const rms = add(graph, { type: 'Sqrt', inputs: [mean], output: 'rms' });
  const heard = add(graph, { type: 'Max', inputs: [rms, 'lowest'], output: 'heard' });
  const gain = add(graph, { type: 'Div', inputs: ['level', heard], output: 'gain' });
  return add(graph, { type: 'Mul', inputs: [INPUT_NAME, gain], output: 'levelled' });
};

/** One stage with its batch normalisation folded in, as a 1x3 convolution in two dimensions. */
export const addFastStage = (graph: Graph, folded: FoldedStage, index: number, input: string): string => {
  const stage = STAGES[index];
  if (!stage) throw new RangeError(`no stage ${index}`);
  const { weight, bias } = folded;
  graph.initializers.push(
    { name: `w${index}`, shape: [stage.outputs, stage.inputs, 1, 3], data: weight },
    { name: `b${index}`, shape: [stage.outputs], data: bias },
  );
  const conv = add(graph, {
    type: 'Conv',
    inputs: [input, `w${index}`, `b${index}`],
    output: `conv${index}`,
    ints: { kernel_shape: [1, 3], strides: [1, stage.stride], pads: [0, stage.padding, 0, stage.padding] },
  });
  const relu = add(graph, { type: 'Relu', inputs: [conv], output: `relu${index}` });
  return stage.pools
    ? add(graph, {
        type: 'MaxPool',
        inputs: [relu],
        output: `pool${index}`,
        ints: { kernel_shape: [1, 3], strides: [1, 3] },
      })
    : relu;
};

const addPlainStage = (graph: Graph, weights: EncoderWeights, index: number, input: string): string => {
  const stage = STAGES[index];
  if (!stage) throw new RangeError(`no stage ${index}`);
  const names = ['0.weight', '0.bias', '1.weight', '1.bias', '1.running_mean', '1.running_var'].map(
    (name) => `sequential.${index}.${name}`,
  );
  for (const name of names) {
    graph.initializers.push({
      name,
      shape: name.endsWith('.0.weight') ? [stage.outputs, stage.inputs, 3] : [stage.outputs],
      data: weights.get(name) as Float32Array,
    });
  }
  const [weight = '', bias = '', ...norm] = names;
  const conv = add(graph, {
    type: 'Conv',
    inputs: [input, weight, bias],
    output: `conv${index}`,
    ints: { kernel_shape: [3], strides: [stage.stride], pads: [stage.padding, stage.padding] },
  });
  const normed = add(graph, {
    type: 'BatchNormalization',
    inputs: [conv, ...norm],
    output: `norm${index}`,
    floats: { epsilon: BATCH_NORM_EPSILON },
  });
  const relu = add(graph, { type: 'Relu', inputs: [normed], output: `relu${index}` });
  return stage.pools
    ? add(graph, {
        type: 'MaxPool',
        inputs: [relu],
        output: `pool${index}`,
        ints: { kernel_shape: [3], strides: [3] },
      })
    : relu;
};
