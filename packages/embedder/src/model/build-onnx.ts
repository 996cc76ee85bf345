import protobuf from 'protobufjs/minimal.js';
import { DIMENSION, WINDOW_SAMPLES } from '../embedder.ts';
import { BATCH_NORM_EPSILON, STAGES } from './architecture.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import type { EncoderWeights } from './weights.ts';

export const INPUT_NAME = 'audio';
export const OUTPUT_NAME = 'embedding';

/** ONNX operator set and file format version: what onnxruntime 1.14 and newer read. */
const OPSET = 13;
const IR_VERSION = 8;

interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly ints?: Readonly<Record<string, readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
}

interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | readonly number[];
}

interface Graph {
  readonly nodes: Node[];
  readonly initializers: Initializer[];
}

/**
 * The encoder as an ONNX model: input `audio` [batch, 59049], output `embedding` [batch, 512].
 *
 * `fast` folds batch normalisation and writes the convolutions as 1x3 in two dimensions, for which onnxruntime's CPU kernels
 * are quicker; `plain` is what a direct export of the PyTorch module looks like, kept as the measure to beat.
 */
export const buildOnnx = (weights: EncoderWeights, form: 'fast' | 'plain' = 'fast'): Uint8Array => {
  const graph: Graph = { nodes: [], initializers: [] };
  const inner = form === 'fast' ? [1, WINDOW_SAMPLES] : [WINDOW_SAMPLES];
  let signal = add(graph, {
    type: 'Reshape',
    inputs: [INPUT_NAME, constant(graph, 'shape', [-1, 1, ...inner])],
    output: 'signal',
  });
  STAGES.forEach((_, stage) => {
    signal =
      form === 'fast'
        ? addFastStage(graph, weights, stage, signal)
        : addPlainStage(graph, weights, stage, signal);
  });
  add(graph, {
    type: 'Reshape',
    inputs: [signal, constant(graph, 'flat', [-1, DIMENSION])],
    output: OUTPUT_NAME,
  });
  return encodeModel(graph);
};

const addFastStage = (graph: Graph, weights: EncoderWeights, index: number, input: string): string => {
  const stage = STAGES[index];
  if (!stage) throw new RangeError(`no stage ${index}`);
  const { weight, bias } = foldBatchNorm(weights, index);
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

const add = (graph: Graph, node: Node): string => {
  graph.nodes.push(node);
  return node.output;
};

const constant = (graph: Graph, name: string, data: readonly number[]): string => {
  graph.initializers.push({ name, shape: [data.length], data });
  return name;
};

// Field numbers and wire types below are those of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
const bytesTag = (field: number) => (field << 3) | 2;
const varintTag = (field: number) => field << 3;
const ATTRIBUTE_TYPE = { float: 1, ints: 7 };
const TENSOR_TYPE = { float: 1, int64: 7 };

type Writer = protobuf.Writer;

const encodeModel = (graph: Graph): Uint8Array => {
  const writer = protobuf.Writer.create();
  writer.uint32(varintTag(1)).int64(IR_VERSION).uint32(bytesTag(2)).string('soundalike');
  message(writer, 7, (inner) => encodeGraph(inner, graph));
  message(writer, 8, (inner) => inner.uint32(varintTag(2)).int64(OPSET));
  return writer.finish();
};

const encodeGraph = (writer: Writer, { nodes, initializers }: Graph) => {
  for (const node of nodes) message(writer, 1, (inner) => encodeNode(inner, node));
  writer.uint32(bytesTag(2)).string('SampleCNN');
  for (const initializer of initializers) message(writer, 5, (inner) => encodeTensor(inner, initializer));
  message(writer, 11, (inner) => encodeValue(inner, INPUT_NAME, WINDOW_SAMPLES));
  message(writer, 12, (inner) => encodeValue(inner, OUTPUT_NAME, DIMENSION));
};

const encodeNode = (writer: Writer, node: Node) => {
  for (const input of node.inputs) writer.uint32(bytesTag(1)).string(input);
  writer.uint32(bytesTag(2)).string(node.output).uint32(bytesTag(4)).string(node.type);
  for (const [name, values] of Object.entries(node.ints ?? {})) {
    message(writer, 5, (inner) => {
      inner.uint32(bytesTag(1)).string(name);
      for (const value of values) inner.uint32(varintTag(8)).int64(value);
      inner.uint32(varintTag(20)).int32(ATTRIBUTE_TYPE.ints);
    });
  }
  for (const [name, value] of Object.entries(node.floats ?? {})) {
    message(writer, 5, (inner) =>
      inner
        .uint32(bytesTag(1))
        .string(name)
        .uint32((2 << 3) | 5)
        .float(value)
        .uint32(varintTag(20))
        .int32(ATTRIBUTE_TYPE.float),
    );
  }
};

const encodeTensor = (writer: Writer, { name, shape, data }: Initializer) => {
  for (const size of shape) writer.uint32(varintTag(1)).int64(size);
  const isFloat = data instanceof Float32Array || ArrayBuffer.isView(data);
  writer
    .uint32(varintTag(2))
    .int32(isFloat ? TENSOR_TYPE.float : TENSOR_TYPE.int64)
    .uint32(bytesTag(8))
    .string(name);
  const raw = isFloat ? (data as Float32Array) : BigInt64Array.from(data as readonly number[], BigInt);
  writer.uint32(bytesTag(9)).bytes(new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength));
};

/** A value of type float [batch, size], the batch left open. */
const encodeValue = (writer: Writer, name: string, size: number) => {
  writer.uint32(bytesTag(1)).string(name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.uint32(varintTag(1)).int32(TENSOR_TYPE.float);
      message(tensor, 2, (shape) => {
        message(shape, 1, (dimension) => dimension.uint32(bytesTag(2)).string('batch'));
        message(shape, 1, (dimension) => dimension.uint32(varintTag(1)).int64(size));
      });
    }),
  );
};

const message = (writer: Writer, field: number, write: (inner: Writer) => void) => {
  writer.uint32(bytesTag(field)).fork();
  write(writer);
  writer.ldelim();
};
