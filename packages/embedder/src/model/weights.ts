import { createHash } from 'node:crypto';
import { SoundalikeError } from '@soundalike/core';
import { LEVEL_TENSOR, TENSOR_SHAPES } from './architecture.ts';
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
  const level = tensors.get(LEVEL_TENSOR)?.data;
  if (level) weights.set(LEVEL_TENSOR, checkLevel(level, name));
  return weights;
};

const checkLevel = (level: Float32Array, name: string): Float32Array => {
  const isRms = (value: number | undefined) => value !== undefined && value > 0 && value <= 1;
  if (level.length === 2 && level.every(isRms)) return level;
  throw invalid(name, `tensor ${LEVEL_TENSOR} is not two levels above 0 and up to 1`);
};

/** The canonical file of weights: always the same bytes for the same weights, so that its hash names them. */
export const weightsToBytes = (weights: EncoderWeights): Uint8Array => {
  const level = weights.get(LEVEL_TENSOR);
  return writeSafetensors([
    ...[...TENSOR_SHAPES].map(([name, shape]) => ({ name, shape, data: weights.get(name) as Float32Array })),
    ...(level ? [{ name: LEVEL_TENSOR, shape: [level.length], data: level }] : []),
  ]);
};

/** SHA-256 of the canonical bytes, hex. */
export const hashWeights = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const invalid = (name: string, reason: string) =>
  new SoundalikeError('MODEL_INVALID', `The weights of ${name} cannot be used: ${reason}`);
