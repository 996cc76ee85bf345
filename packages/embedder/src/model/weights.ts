import { createHash } from 'node:crypto';
import { SoundalikeError } from '@soundalike/core';
import { TENSOR_SHAPES } from './architecture.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** The canonical weights of an encoder: float32 tensors by name, before batch normalisation is folded in. */
export type EncoderWeights = ReadonlyMap<string, Float32Array>;

/**
 * Reads canonical weights from safetensors bytes and checks every name, shape and value.
 *
 * @throws SoundalikeError `MODEL_INVALID` naming the tensor and what is wrong
 */
export const readWeights = (bytes: Uint8Array, name: string): EncoderWeights => {
  const tensors = readSafetensors(bytes, name);
  const weights = new Map<string, Float32Array>();
  for (const [tensor, shape] of TENSOR_SHAPES) {
    const found = tensors.get(tensor);
    if (!found) throw invalid(name, `tensor ${tensor} is missing`);
    if (found.shape.join() !== shape.join())
      throw invalid(name, `tensor ${tensor} is ${found.shape.join('x')}, not ${shape.join('x')}`);
    if (!found.data.every(Number.isFinite))
      throw invalid(name, `tensor ${tensor} holds a value that is not finite`);
    if (tensor.endsWith('running_var') && found.data.some((variance) => variance < 0))
      throw invalid(name, `tensor ${tensor} holds a negative variance`);
    weights.set(tensor, found.data);
  }
  return weights;
};

/** The canonical file of weights: always the same bytes for the same weights, so that its hash names them. */
export const weightsToBytes = (weights: EncoderWeights): Uint8Array =>
  writeSafetensors(
    [...TENSOR_SHAPES].map(([name, shape]) => ({ name, shape, data: weights.get(name) as Float32Array })),
  );

/** SHA-256 of the canonical bytes, hex. */
export const hashWeights = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const invalid = (name: string, reason: string) =>
  new SoundalikeError('MODEL_INVALID', `The weights of ${name} cannot be used: ${reason}`);
