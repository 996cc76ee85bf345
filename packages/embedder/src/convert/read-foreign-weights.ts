import { open } from 'node:fs/promises';
import { fileError } from '@soundalike/source';
import { type EncoderWeights, readWeights, weightsToBytes } from '../model/weights.ts';
import { encoderOfOnnx } from './encoder-of-onnx.ts';
import { findEncoder } from './find-encoder.ts';
import { invalidFile, MAX_BYTES } from './foreign-file.ts';
import { readOnnx } from './read-onnx.ts';
import { isLegacyTorch, readTorchLegacy, readTorchZip } from './read-torch.ts';
import { readZip } from './read-zip.ts';

/** What of a zip may be a model, the likeliest first. */
const MODEL_NAMES = [/\.(pt|pth|ckpt|bin)$/i, /\.safetensors$/i, /\.onnx$/i, /\.zip$/i];

/** A checkpoint in a zip in a zip is the deepest that people make. */
const MAX_NESTING = 3;

/**
 * Reads the encoder from a file of another program: PyTorch checkpoints (zip and the format before 1.6; plain, Lightning, half
 * precision), ONNX, safetensors, and any of them inside a zip. No code in the file is run.
 *
 * @returns canonical weights: names, shapes and values checked
 * @throws SoundalikeError `MODEL_INVALID` with what is wrong, `SOURCE_NOT_FOUND`, `SOURCE_FORBIDDEN`
 */
export const readForeignWeights = async (path: string): Promise<EncoderWeights> => {
  const bytes = await readBounded(path);
  // Through the canonical form, which checks names, shapes and values.
  return readWeights(weightsToBytes(decode(bytes, path, MAX_NESTING)), path);
};

const readBounded = async (path: string): Promise<Buffer> => {
  const file = await open(path).catch((cause) => {
    throw fileError(path, cause);
  });
  try {
    const { size } = await file.stat();
    if (size > MAX_BYTES) throw invalidFile(path, `it has ${size} bytes, more than ${MAX_BYTES}`);
    if (size === 0) throw invalidFile(path, 'it is empty');
    return await file.readFile();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EISDIR') throw invalidFile(path, 'it is a folder', cause);
    throw cause;
  } finally {
    await file.close();
  }
};

const decode = (bytes: Buffer, name: string, nesting: number): EncoderWeights => {
  if (bytes.length >= 4 && bytes.toString('latin1', 0, 2) === 'PK') return fromZip(bytes, name, nesting);
  if (isLegacyTorch(bytes)) return findEncoder(readTorchLegacy(bytes, name), name);
  if (bytes[0] === 0x80)
    throw invalidFile(name, 'it is a Python pickle, but no checkpoint of PyTorch (torch.save writes those)');
  if (bytes[8] === 0x7b) return readWeights(bytes, name);
  // ONNX begins with its version: field 1, a small number.
  if (bytes[0] === 0x08) return encoderOfOnnx(readOnnx(bytes, name), name);
  throw invalidFile(name, 'it is no PyTorch checkpoint, ONNX model, safetensors file or zip of one');
};

const fromZip = (bytes: Buffer, name: string, nesting: number): EncoderWeights => {
  const entries = readZip(bytes, name);
  const pickle = entries.find((entry) => /(^|\/)data\.pkl$/.test(entry.name));
  if (pickle) return findEncoder(readTorchZip(entries, pickle, name), name);
  if (nesting <= 1) throw invalidFile(name, 'it is a zip in a zip in a zip');
  const inner = MODEL_NAMES.map((pattern) => entries.find((entry) => pattern.test(entry.name))).find(Boolean);
  if (!inner) {
    const names = entries.slice(0, 5).map((entry) => entry.name);
    throw invalidFile(name, `the zip holds no model; it holds ${names.join(', ') || 'nothing'}`);
  }
  const unpacked = inner.read();
  return decode(
    Buffer.from(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength),
    `${name} (${inner.name})`,
    nesting - 1,
  );
};
