import { BATCH_NORM_EPSILON, KERNEL, LEVEL_TENSOR, STAGES, type Stage } from '../model/architecture.ts';
import type { EncoderWeights } from '../model/weights.ts';
import { invalidFile } from './foreign-file.ts';
import type { OnnxGraph, OnnxNode } from './read-onnx.ts';

/**
 * The canonical weights in an ONNX graph: the chain of eleven convolutions from the input on, with batch normalisation as nodes or
 * folded in, in one dimension or as 1x3 in two. What comes after the last stage (a tag head) is left away, a fixed batch does not matter.
 *
 * @throws SoundalikeError `MODEL_INVALID` naming the stage that differs
 */
export const encoderOfOnnx = (graph: OnnxGraph, name: string): EncoderWeights => {
  const convolutions = graph.nodes.filter(({ type }) => type === 'Conv');
  if (convolutions.length !== STAGES.length)
    throw invalidFile(
      name,
      `it has ${convolutions.length} convolutions; the SampleCNN encoder has ${STAGES.length}`,
    );
  const weights = new Map<string, Float32Array>();
  const level = levelOf(graph, convolutions[0] as OnnxNode, name);
  if (level) weights.set(LEVEL_TENSOR, level);
  let signal: string | undefined;
  convolutions.forEach((convolution, index) => {
    const stage = STAGES[index] as Stage;
    const fail = (reason: string) => invalidFile(name, `stage ${index} is not that of SampleCNN: ${reason}`);
    if (signal !== undefined && convolution.inputs[0] !== signal)
      throw fail('it does not follow the one before');
    checkConvolution(convolution, stage, fail);
    const prefix = `sequential.${index}`;
    const { outputs, inputs } = stage;
    weights.set(`${prefix}.0.weight`, tensor(graph, convolution.inputs[1], outputs * inputs * KERNEL, fail));
    weights.set(
      `${prefix}.0.bias`,
      convolution.inputs[2] ? tensor(graph, convolution.inputs[2], outputs, fail) : new Float32Array(outputs),
    );
    let at = convolution.outputs[0] as string;
    const norm = follow(graph, at, 'BatchNormalization');
    const parts = norm
      ? norm.inputs.slice(1, 5).map((input) => tensor(graph, input, outputs, fail))
      : identityNorm(outputs);
    if (norm) {
      const shift = (norm.floats.get('epsilon') ?? 1e-5) - BATCH_NORM_EPSILON;
      // Another epsilon is the same network with the difference in the variance.
      if (Math.abs(shift) > 1e-9) parts[3] = (parts[3] as Float32Array).map((variance) => variance + shift);
      at = norm.outputs[0] as string;
    }
    ['1.weight', '1.bias', '1.running_mean', '1.running_var'].forEach((part, i) => {
      weights.set(`${prefix}.${part}`, parts[i] as Float32Array);
    });
    const relu = follow(graph, at, 'Relu');
    if (!relu) throw fail('no ReLU comes after it');
    at = relu.outputs[0] as string;
    const pool = follow(graph, at, 'MaxPool');
    if (Boolean(pool) !== stage.pools) throw fail(pool ? 'it pools' : 'it does not pool');
    if (pool) {
      if (lengthOf(pool, 'kernel_shape') !== 3 || lengthOf(pool, 'strides') !== 3)
        throw fail('it does not pool by 3');
      at = pool.outputs[0] as string;
    }
    signal = at;
  });
  return weights;
};

/** What only gives the audio another shape. */
const SHAPES = [
  'Reshape',
  'Unsqueeze',
  'Squeeze',
  'Identity',
  'Cast',
  'Shape',
  'Gather',
  'Concat',
  'Constant',
];

/** The level of our own networks (`addLevel`); anything else that changes the audio before the first stage cannot be kept, so it is refused. */
const levelOf = (graph: OnnxGraph, first: OnnxNode, name: string): Float32Array | undefined => {
  const before = ancestors(graph, first.inputs[0] ?? '').filter(({ type }) => !SHAPES.includes(type));
  if (before.length === 0) return undefined;
  const [level, lowest] = [graph.tensors.get('level')?.data?.[0], graph.tensors.get('lowest')?.data?.[0]];
  const isOurs = before.some(({ outputs }) => outputs[0] === 'levelled');
  if (isOurs && level !== undefined && lowest !== undefined) return Float32Array.of(level, lowest);
  throw invalidFile(name, `it changes the audio before its first convolution (${before[0]?.type})`);
};

const ancestors = (graph: OnnxGraph, signal: string, seen = new Set<OnnxNode>()): OnnxNode[] => {
  const node = graph.nodes.find(({ outputs }) => outputs.includes(signal));
  if (node && !seen.has(node)) {
    seen.add(node);
    for (const input of node.inputs) ancestors(graph, input, seen);
  }
  return [...seen];
};

type Fail = (reason: string) => Error;

const checkConvolution = (node: OnnxNode, stage: Stage, fail: Fail) => {
  if (lengthOf(node, 'kernel_shape') !== KERNEL) throw fail('its kernel is not of size 3');
  if ((lengthOf(node, 'strides') ?? 1) !== stage.stride) throw fail(`its stride is not ${stage.stride}`);
  if ((lengthOf(node, 'pads') ?? 0) !== stage.padding) throw fail(`its padding is not ${stage.padding}`);
  if ((lengthOf(node, 'dilations') ?? 1) !== 1) throw fail('it is dilated');
};

/** Of an attribute in one dimension or in two, the value for time, the last one. */
const lengthOf = (node: OnnxNode, attribute: string): number | undefined => node.ints.get(attribute)?.at(-1);

const tensor = (graph: OnnxGraph, input: string | undefined, count: number, fail: Fail): Float32Array => {
  const found = input === undefined ? undefined : graph.tensors.get(input);
  if (!found?.data) throw fail(`its weights (${input ?? 'unnamed'}) are not in the file as floating point`);
  if (found.data.length !== count)
    throw fail(`it has ${found.data.length} weights in ${input}, not ${count}`);
  return found.data;
};

const follow = (graph: OnnxGraph, signal: string, type: string): OnnxNode | undefined =>
  graph.nodes.find((node) => node.type === type && node.inputs[0] === signal);

/** Batch normalisation that changes nothing: weight 1, bias 0, mean 0, variance such that its root with epsilon is 1. */
const identityNorm = (outputs: number): Float32Array[] => [
  new Float32Array(outputs).fill(1),
  new Float32Array(outputs),
  new Float32Array(outputs),
  new Float32Array(outputs).fill(1 - BATCH_NORM_EPSILON),
];
