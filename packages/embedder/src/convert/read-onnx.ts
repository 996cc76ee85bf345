import protobuf from 'protobufjs/minimal.js';
import { toFloats } from './float-formats.ts';
import { invalidFile } from './foreign-file.ts';

/** The parts of an ONNX graph that hold the encoder. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
}

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly ints: ReadonlyMap<string, readonly number[]>;
  readonly floats: ReadonlyMap<string, number>;
}

export interface OnnxTensor {
  readonly shape: readonly number[];
  /** `undefined` for numbers that are not floating point. */
  readonly data: Float32Array | undefined;
}

/** Classes of storage by ONNX's number of the type (TensorProto.DataType). */
const TYPES: Readonly<Record<number, string>> = {
  1: 'torch.FloatStorage',
  10: 'torch.HalfStorage',
  11: 'torch.DoubleStorage',
  16: 'torch.BFloat16Storage',
};

/** TensorProto.DataLocation: in another file. */
const EXTERNAL = 1;

/**
 * Reads the graph of an ONNX model: nodes, and tensors from initializers and constants. Field numbers are those of onnx.proto3.
 *
 * @throws SoundalikeError `MODEL_INVALID` where it is no ONNX model, cut short, or keeps its numbers in another file
 */
export const readOnnx = (bytes: Uint8Array, name: string): OnnxGraph => {
  try {
    const [graph] = fields(bytes).get(7) ?? [];
    if (!(graph instanceof Uint8Array)) throw invalidFile(name, 'it is no ONNX model');
    return readGraph(graph, name);
  } catch (cause) {
    if ((cause as Error)?.name === 'RangeError' || (cause as Error)?.message?.startsWith('invalid wire type'))
      throw invalidFile(name, 'it is no ONNX model, or cut short', cause);
    throw cause;
  }
};

const readGraph = (bytes: Uint8Array, name: string): OnnxGraph => {
  const graph = fields(bytes);
  const tensors = new Map<string, OnnxTensor>();
  for (const initializer of messages(graph, 5)) {
    const { name: tensor, ...content } = readTensor(initializer, name);
    tensors.set(tensor, content);
  }
  const nodes = messages(graph, 1).map((node): OnnxNode => {
    const found = fields(node);
    const attributes = messages(found, 5).map((attribute) => fields(attribute));
    const outputs = strings(found, 2);
    const type = strings(found, 4)[0] ?? '';
    for (const attribute of attributes) {
      const [value] = messages(attribute, 5);
      if (type === 'Constant' && value && outputs[0] !== undefined)
        tensors.set(outputs[0], readTensor(value, name));
    }
    return {
      type,
      inputs: strings(found, 1),
      outputs,
      ints: new Map(attributes.map((attribute) => [strings(attribute, 1)[0] ?? '', integers(attribute, 8)])),
      floats: new Map(
        attributes.flatMap((attribute) => {
          const [value] = attribute.get(2) ?? [];
          return typeof value === 'number' ? [[strings(attribute, 1)[0] ?? '', asFloat(value)]] : [];
        }),
      ),
    };
  });
  // Exporters keep equal tensors once and name the copies by Identity.
  for (const { type, inputs, outputs } of nodes) {
    const copied = type === 'Identity' ? tensors.get(inputs[0] ?? '') : undefined;
    if (copied && outputs[0] !== undefined) tensors.set(outputs[0], copied);
  }
  return { nodes, tensors };
};

const readTensor = (bytes: Uint8Array, name: string): OnnxTensor & { name: string } => {
  const tensor = fields(bytes);
  const [location] = integers(tensor, 14);
  if (location === EXTERNAL)
    throw invalidFile(name, 'it keeps its weights in a second file; save it with the weights inside');
  const [raw] = messages(tensor, 9);
  const [dataType = 0] = integers(tensor, 2);
  const type = TYPES[dataType];
  const data = raw ? type && toFloats(type, raw) : dataType === 1 ? listedFloats(tensor) : undefined;
  return { name: strings(tensor, 8)[0] ?? '', shape: integers(tensor, 1), data: data || undefined };
};

/** `float_data`: packed, or one field each. */
const listedFloats = (tensor: Fields): Float32Array => {
  const values = (tensor.get(4) ?? []).flatMap((value) =>
    value instanceof Uint8Array
      ? [...(toFloats('torch.FloatStorage', value) ?? [])]
      : [asFloat(Number(value))],
  );
  return Float32Array.from(values);
};

/** Values of a message by field number: integers (32-bit floats as their bits), or bytes. */
type Fields = Map<number, (number | Uint8Array)[]>;

const fields = (bytes: Uint8Array): Fields => {
  const reader = protobuf.Reader.create(bytes);
  const found: Fields = new Map();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const [field, wire] = [tag >>> 3, tag & 7];
    const values = found.get(field) ?? [];
    found.set(field, values);
    if (wire === 0) values.push(Number(reader.int64()));
    else if (wire === 2) values.push(reader.bytes());
    else if (wire === 5) values.push(reader.fixed32());
    else reader.skipType(wire);
  }
  return found;
};

const messages = (found: Fields, field: number): Uint8Array[] =>
  (found.get(field) ?? []).filter((value) => value instanceof Uint8Array);

const strings = (found: Fields, field: number): string[] =>
  messages(found, field).map((bytes) => new TextDecoder().decode(bytes));

/** Repeated integers, packed or one field each. */
const integers = (found: Fields, field: number): number[] =>
  (found.get(field) ?? []).flatMap((value) => {
    if (!(value instanceof Uint8Array)) return [value];
    const reader = protobuf.Reader.create(value);
    const unpacked: number[] = [];
    while (reader.pos < reader.len) unpacked.push(Number(reader.int64()));
    return unpacked;
  });

const asFloat = (bits: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits);
  return view.getFloat32(0);
};
