import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { STAGES } from './architecture.ts';
import { INT8_STAGES, MAX_WEIGHT, type Quantisation } from './build-int8-onnx.ts';
import type { Manifest } from './manifest.ts';

export const INT8_FILE = 'int8.bin';

const STAGE_NUMBERS = Array.from(
  { length: INT8_STAGES.last - INT8_STAGES.first + 1 },
  (_, i) => INT8_STAGES.first + i,
);

/** Channels of each range: what goes into the first 8-bit stage and comes out of each. */
const RANGE_SIZES = [INT8_STAGES.first - 1, ...STAGE_NUMBERS].map((stage) => STAGES[stage]?.outputs ?? 0);

/** Ranges (float32), then for each stage its biases (int32) and weights (int8); little-endian, nothing between. */
export const int8ToBytes = ({ ranges, stages }: Quantisation): Uint8Array =>
  Buffer.concat(
    [...ranges, ...stages.flatMap(({ bias, weight }) => [bias, weight])].map((values) =>
      Buffer.from(values.buffer, values.byteOffset, values.byteLength),
    ),
  );

/**
 * The 8-bit variant that a manifest names.
 *
 * @throws SoundalikeError `MODEL_INVALID`
 */
export const loadInt8 = async ({
  manifest,
  folder,
}: {
  manifest: Manifest;
  folder: string;
}): Promise<Quantisation> => {
  const fail = (reason: string, cause?: unknown) =>
    new SoundalikeError('MODEL_INVALID', `The int8 variant of ${manifest.name} cannot be used: ${reason}`, {
      cause,
    });
  const variant = manifest.variants?.int8;
  if (!variant) throw fail('the manifest has none; PRECISION=fp32 always works');
  const bytes = await readFile(join(folder, variant.file)).catch((cause) => {
    throw fail(`${join(folder, variant.file)} cannot be read`, cause);
  });
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== variant.sha256) throw fail(`it has SHA-256 ${found}, the manifest says ${variant.sha256}`);
  let at = 0;
  const take = (count: number) => {
    const part = new Uint8Array(bytes.subarray(at, at + count));
    at += count;
    if (part.length !== count) throw fail('it is cut short');
    return part.buffer;
  };
  const ranges = RANGE_SIZES.map((size) => new Float32Array(take(size * 4)));
  const stages = STAGE_NUMBERS.map((stage) => {
    const { inputs, outputs } = STAGES[stage] as (typeof STAGES)[number];
    const bias = new Int32Array(take(outputs * 4));
    return { bias, weight: new Int8Array(take(outputs * inputs * 3)) };
  });
  if (at !== bytes.length) throw fail('it is longer than it should be');
  if (stages.some(({ weight }) => weight.some((value) => Math.abs(value) > MAX_WEIGHT)))
    throw fail(`a weight is larger than ${MAX_WEIGHT}`);
  if (ranges.some((range) => !range.every((value) => value > 0 && Number.isFinite(value))))
    throw fail('a range is not positive');
  return { ranges, stages };
};
