import { SoundalikeError } from '@soundalike/core';

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A header larger than this is not a model of ours; bounds what a hostile file makes us allocate. */
const MAX_HEADER_BYTES = 1_000_000;

/**
 * Reads the float32 tensors of a safetensors file (8 bytes header length, JSON header, raw little-endian data).
 * Format: https://github.com/huggingface/safetensors
 *
 * @throws SoundalikeError `MODEL_INVALID`
 */
export const readSafetensors = (bytes: Uint8Array, name: string): Map<string, Tensor> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.byteLength >= 8 ? Number(view.getBigUint64(0, true)) : Infinity;
  if (headerLength > MAX_HEADER_BYTES || 8 + headerLength > bytes.byteLength)
    throw invalid(name, 'it is not a safetensors file, or cut short');
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), name);
  const tensors = new Map<string, Tensor>();
  for (const [tensor, entry] of Object.entries(header)) {
    if (tensor === '__metadata__') continue;
    const { dtype, shape, data_offsets: offsets } = entry;
    const [from, to] = offsets ?? [];
    const count = shape?.reduce((product, size) => product * size, 1);
    if (
      dtype !== 'F32' ||
      !shape ||
      count === undefined ||
      from === undefined ||
      to === undefined ||
      to - from !== count * 4
    )
      throw invalid(name, `tensor ${tensor} is not float32 or its sizes disagree`);
    const start = 8 + headerLength + from;
    if (from < 0 || start + count * 4 > bytes.byteLength)
      throw invalid(name, `tensor ${tensor} lies beyond the end of the file`);
    const data = new Float32Array(count);
    new Uint8Array(data.buffer).set(bytes.subarray(start, start + count * 4));
    tensors.set(tensor, { name: tensor, shape, data });
  }
  return tensors;
};

/** Writes tensors in the order given; the data starts at a multiple of 8. */
export const writeSafetensors = (tensors: readonly Tensor[]): Uint8Array => {
  let offset = 0;
  const entries = tensors.map(({ name, shape, data }) => {
    const entry = [name, { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }] as const;
    offset += data.byteLength;
    return entry;
  });
  const json = JSON.stringify(Object.fromEntries(entries));
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const bytes = new Uint8Array(8 + header.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let at = 8 + header.length;
  for (const { data } of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
};

interface HeaderEntry {
  readonly dtype?: string;
  readonly shape?: number[];
  readonly data_offsets?: [number, number];
}

const parseHeader = (bytes: Uint8Array, name: string): Record<string, HeaderEntry> => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, HeaderEntry>;
  } catch (cause) {
    throw invalid(name, 'its header is not JSON', cause);
  }
};

const invalid = (name: string, reason: string, cause?: unknown) =>
  new SoundalikeError('MODEL_INVALID', `${name} cannot be read: ${reason}`, { cause });
