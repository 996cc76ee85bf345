import { createHash } from 'node:crypto';
import type { SpaceTransform } from '../embedder.ts';

/** How audio becomes windows, in words that go into the name of the space: change one and vectors are no longer comparable. */
export const DECODING = 'pan equal weights; swr default resampler; f32; tail align; short repeated';

/**
 * Name of the embedding space that a model and its windowing make: 16 hex digits over everything that decides whether two vectors
 * may be compared. Precision and execution provider are variants of one space and stay out.
 */
export const spaceName = (facts: {
  weightsSha256: string;
  sampleRate: number;
  windowSamples: number;
  hopSamples: number;
  transform: SpaceTransform;
  /** Only of spaces that were made for it: `COVERAGE` as a setting of workers does not make another space. */
  coverage?: string | undefined;
}): string => {
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([
      facts.weightsSha256,
      facts.sampleRate,
      facts.windowSamples,
      facts.hopSamples,
      DECODING,
      ...(facts.coverage === undefined ? [] : [facts.coverage]),
    ]),
  );
  for (const values of [facts.transform.mean, facts.transform.whitening]) {
    if (values) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
};
