import { toFloats } from './float-formats.ts';
import { invalidFile } from './foreign-file.ts';
import type { Pickled, TensorReference } from './pickle-values.ts';
import type { ZipEntry } from './read-zip.ts';
import { STORAGE_BYTES } from './torch-constructors.ts';
import { unpickle } from './unpickle.ts';

/** A PyTorch checkpoint: its data, in which tensors are references, and the way to their numbers. */
export interface TorchFile {
  readonly value: Pickled;
  floats(tensor: TensorReference): Float32Array;
}

/** The number that opens PyTorch's files from before 1.6. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;

/** Bytes of one storage at most: the whole encoder in double precision has 18 MB. */
const MAX_STORAGE_BYTES = 64 * 1024 * 1024;

/** PyTorch 1.6 and newer: a zip with `data.pkl` and a file for each storage. */
export const readTorchZip = (entries: readonly ZipEntry[], pickle: ZipEntry, name: string): TorchFile => {
  const root = pickle.name.slice(0, -'data.pkl'.length);
  const files = new Map(entries.map((entry) => [entry.name, entry]));
  const order = files.get(`${root}byteorder`);
  if (order && Buffer.from(order.read()).toString().trim() !== 'little')
    throw invalidFile(name, 'its numbers are big-endian');
  const { value } = unpickle(asBuffer(pickle.read()), name);
  return {
    value,
    floats: (tensor) => {
      const file = files.get(`${root}data/${tensor.storage.key}`);
      if (!file) throw invalidFile(name, `the storage ${tensor.storage.key} is missing in it`);
      if (file.size > MAX_STORAGE_BYTES)
        throw invalidFile(
          name,
          `the storage ${tensor.storage.key} claims ${file.size} bytes, far more than the encoder has`,
        );
      return gather(tensor, file.read(), name);
    },
  };
};

/** Before 1.6: magic number, version, system, data and the list of storages as pickles, then the storages themselves. */
export const readTorchLegacy = (bytes: Buffer, name: string): TorchFile => {
  const magic = unpickle(bytes, name);
  if (magic.value !== LEGACY_MAGIC) throw invalidFile(name, 'it is a pickle, but not one of PyTorch');
  const version = unpickle(bytes, name, magic.end);
  const system = unpickle(bytes, name, version.end);
  if (system.value instanceof Map && system.value.get('little_endian') === false)
    throw invalidFile(name, 'its numbers are big-endian');
  const data = unpickle(bytes, name, system.end);
  const keys = unpickle(bytes, name, data.end);
  const sizes = storageSizes(data.value);
  const storages = new Map<string, Uint8Array>();
  let at = keys.end;
  for (const key of Array.isArray(keys.value) ? keys.value : []) {
    if (at + 8 > bytes.length) throw invalidFile(name, 'it is cut short');
    const count = Number(bytes.readBigUInt64LE(at));
    const size = sizes.get(String(key));
    if (size === undefined) break; // only tensors that nobody asks for come after it
    if (at + 8 + count * size > bytes.length) throw invalidFile(name, 'it is cut short');
    storages.set(String(key), bytes.subarray(at + 8, at + 8 + count * size));
    at += 8 + count * size;
  }
  return {
    value: data.value,
    floats: (tensor) => {
      const storage = storages.get(tensor.storage.key);
      if (!storage) throw invalidFile(name, `the storage ${tensor.storage.key} is missing in it`);
      return gather(tensor, storage, name);
    },
  };
};

export const isLegacyTorch = (bytes: Buffer): boolean =>
  bytes[0] === 0x80 && bytes[2] === 0x8a && bytes[3] === 10;

/** Bytes of a number by storage key: of all storages that the data mentions, however deep. */
const storageSizes = (value: Pickled): Map<string, number> => {
  const sizes = new Map<string, number>();
  const seen = new Set<unknown>();
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null || seen.has(next) || next instanceof Uint8Array) continue;
    seen.add(next);
    if (next instanceof Map) for (const [key, inner] of next) waiting.push(key, inner);
    else if (Array.isArray(next) || next instanceof Set) for (const inner of next) waiting.push(inner);
    else if ('kind' in next && next.kind === 'tensor') waiting.push((next as TensorReference).storage);
    else if ('kind' in next && next.kind === 'storage') {
      const { key, type } = next as TensorReference['storage'];
      sizes.set(key, STORAGE_BYTES[type] ?? 0);
    }
  }
  return sizes;
};

/** The numbers of a view, in the order of its shape; of the storage only the part that it spans is converted. */
const gather = ({ storage, offset, shape, strides }: TensorReference, bytes: Uint8Array, name: string) => {
  const size = STORAGE_BYTES[storage.type] ?? 0;
  const count = shape.reduce((product, length) => product * length, 1);
  const span = 1 + shape.reduce((sum, length, axis) => sum + (length - 1) * (strides[axis] ?? 0), 0);
  if (shape.length !== strides.length || (offset + span) * size > bytes.length)
    throw invalidFile(name, `the storage ${storage.key} is smaller than a tensor in it, or cut short`);
  const floats = toFloats(storage.type, bytes.subarray(offset * size, (offset + span) * size));
  if (!floats) throw invalidFile(name, `a tensor holds numbers of ${storage.type}, not floating point`);
  const result = new Float32Array(count);
  const index = shape.map(() => 0);
  for (let i = 0; i < count; i++) {
    const from = index.reduce((sum, position, axis) => sum + position * (strides[axis] as number), 0);
    result[i] = floats[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return result;
};

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
