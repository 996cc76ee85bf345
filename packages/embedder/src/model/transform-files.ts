import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { DIMENSION, type SpaceTransform } from '../embedder.ts';
import { floatsFromBase64, floatsToBase64 } from './floats-base64.ts';
import type { Manifest } from './manifest.ts';

const WHITENING_FILE = 'whitening.f32';

/**
 * The transform a manifest describes, its whitening read from the file beside it.
 *
 * @throws SoundalikeError `MODEL_INVALID`
 */
export const readTransform = async (
  { name, transform }: Pick<Manifest, 'name' | 'transform'>,
  folder: string,
): Promise<SpaceTransform> => {
  const fail = (reason: string, cause?: unknown) =>
    new SoundalikeError('MODEL_INVALID', `The transform of ${name} cannot be used: ${reason}`, { cause });
  const mean = floatsFromBase64(transform.mean);
  if (mean.length !== DIMENSION) throw fail(`the mean has ${mean.length} values, not ${DIMENSION}`);
  if (!mean.every(Number.isFinite)) throw fail('the mean holds a value that is not finite');
  if (!transform.whitening) return { mean };
  const { file, sha256 } = transform.whitening;
  const bytes = await readFile(join(folder, file)).catch((cause) => {
    throw fail(`${join(folder, file)} cannot be read`, cause);
  });
  const found = hashOf(bytes);
  if (found !== sha256) throw fail(`${file} has SHA-256 ${found}, the manifest says ${sha256}`);
  const whitening = new Float32Array(new Uint8Array(bytes).buffer);
  if (whitening.length !== DIMENSION ** 2)
    throw fail(`${file} has ${whitening.length} values, not ${DIMENSION} x ${DIMENSION}`);
  if (!whitening.every(Number.isFinite)) throw fail(`${file} holds a value that is not finite`);
  return { mean, whitening };
};

/** A transform as a manifest states it, and the files that go beside the manifest. */
export const transformToFiles = (
  { mean, whitening }: SpaceTransform,
  fittedOn: string,
): { transform: Manifest['transform']; files: Record<string, Uint8Array> } => {
  const base = { mean: floatsToBase64(mean), fittedOn };
  if (!whitening) return { transform: base, files: {} };
  const bytes = new Uint8Array(whitening.buffer, whitening.byteOffset, whitening.byteLength);
  return {
    transform: { ...base, whitening: { file: WHITENING_FILE, sha256: hashOf(bytes) } },
    files: { [WHITENING_FILE]: bytes },
  };
};

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
