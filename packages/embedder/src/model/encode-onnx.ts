import protobuf from 'protobufjs/minimal.js';
import { DIMENSION, WINDOW_SAMPLES } from '../embedder.ts';

export const INPUT_NAME = 'audio';
export const OUTPUT_NAME = 'embedding';

/** ONNX operator set and file format version: what onnxruntime 1.14 and newer read. */
const OPSET = 13;
const IR_VERSION = 8;

export interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly ints?: Readonly<Record<string, readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
}

export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array | Int8Array | Int32Array | readonly number[]; // numbers become int64
}

export interface Graph {
  readonly nodes: Node[];
  readonly initializers: Initializer[];
  /** Further outputs, floats of any shape. */
  readonly outputs?: readonly string[];
}

/** Adds a node and names its output. */
export const add = (graph: Graph, node: Node): string => {
  graph.nodes.push(node);
  return node.output;
};

/** Adds a constant of whole numbers and names it. */
export const constant = (graph: Graph, name: string, data: readonly number[]): string => {
  graph.initializers.push({ name, shape: [data.length], data });
  return name;
};

// Field numbers and wire types below are those of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
const bytesTag = (field: number) => (field << 3) | 2;
const varintTag = (field: number) => field << 3;
const ATTRIBUTE_TYPE = { float: 1, ints: 7 };
const TENSOR_TYPE = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 };

type Writer = protobuf.Writer;

/** The bytes of an ONNX model: one input `audio` [batch, 59049], one output `embedding` [batch, 512], or `outputs` of any shape. */
export const encodeModel = (graph: Graph): Uint8Array => {
  const writer = protobuf.Writer.create();
  writer.uint32(varintTag(1)).int64(IR_VERSION).uint32(bytesTag(2)).string('soundalike');
  message(writer, 7, (inner) => encodeGraph(inner, graph));
  message(writer, 8, (inner) => inner.uint32(varintTag(2)).int64(OPSET));
  return writer.finish();
};

const encodeGraph = (writer: Writer, { nodes, initializers, outputs = [] }: Graph) => {
  for (const node of nodes) message(writer, 1, (inner) => encodeNode(inner, node));
  writer.uint32(bytesTag(2)).string('SampleCNN');
  for (const initializer of initializers) message(writer, 5, (inner) => encodeTensor(inner, initializer));
  message(writer, 11, (inner) => encodeValue(inner, INPUT_NAME, WINDOW_SAMPLES));
  message(writer, 12, (inner) => encodeValue(inner, OUTPUT_NAME, DIMENSION));
  for (const name of outputs) message(writer, 12, (inner) => encodeOpenValue(inner, name));
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
  writer.uint32(varintTag(2)).int32(tensorType(data)).uint32(bytesTag(8)).string(name);
  const raw = Array.isArray(data) ? BigInt64Array.from(data as number[], BigInt) : (data as Float32Array);
  writer.uint32(bytesTag(9)).bytes(new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength));
};

/** By the array's own name, which also holds for typed arrays of another realm. */
const tensorType = (data: Initializer['data']): number => {
  const name = Object.prototype.toString.call(data);
  if (name === '[object Float32Array]') return TENSOR_TYPE.float;
  if (name === '[object Uint8Array]') return TENSOR_TYPE.uint8;
  if (name === '[object Int8Array]') return TENSOR_TYPE.int8;
  return name === '[object Int32Array]' ? TENSOR_TYPE.int32 : TENSOR_TYPE.int64;
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

/** A float value of unstated shape. */
const encodeOpenValue = (writer: Writer, name: string) => {
  writer.uint32(bytesTag(1)).string(name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => tensor.uint32(varintTag(1)).int32(TENSOR_TYPE.float)),
  );
};

const message = (writer: Writer, field: number, write: (inner: Writer) => void) => {
  writer.uint32(bytesTag(field)).fork();
  write(writer);
  writer.ldelim();
};
