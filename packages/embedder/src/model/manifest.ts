import { SoundalikeError } from '@soundalike/core';
import { z } from 'zod';
import { DIMENSION, SAMPLE_RATE, WINDOW_SAMPLES } from '../embedder.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A file beside the manifest. */
const fileName = z.string().regex(/^[\w-][\w.-]*$/);

/** `models/<name>/manifest.json`: everything that is known about a model. */
export const manifestSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  description: z.string(),
  trained: z.boolean(),
  license: z.string(),
  trainingData: z.string(),
  /** Where the canonical weights are: a safetensors file beside the manifest, or a seed for the untrained control. */
  weights: z.union([z.strictObject({ file: fileName, sha256 }), z.strictObject({ seed: z.int(), sha256 })]),
  sampleRate: z.literal(SAMPLE_RATE),
  windowSamples: z.literal(WINDOW_SAMPLES),
  dimension: z.literal(DIMENSION),
  /** Samples from one catalogue clip's start to the next's. */
  hopSamples: z.int().min(1).max(WINDOW_SAMPLES),
  transform: z.strictObject({
    /** Base64 of 512 little-endian float32. */
    mean: z.string(),
    /** 512 x 512 little-endian float32 beside the manifest, row-major and invertible; without it the space is only centred. */
    whitening: z.strictObject({ file: fileName, sha256 }).optional(),
    fittedOn: z.string(),
  }),
  calibration: z.strictObject({
    midpoint: z.number(),
    slope: z.number().positive(),
    floor: z.strictObject({ mean: z.number(), deviation: z.number().min(0), ceiling: z.number() }),
    sameRecording: z.number(),
    fittedOn: z.string(),
  }),
  /** Shares of differing signature bits (strong ones, all) up to which two signals are the same recording, and how much clearer another one may be. */
  signature: z
    .strictObject({
      strong: z.number().min(0).max(0.5),
      all: z.number().min(0).max(0.5),
      margin: z.number().min(0).max(0.5).optional(),
      fittedOn: z.string(),
    })
    .optional(),
  /** Other precisions of the same space, with their measured cosine to fp32, a clip at a time. */
  variants: z
    .strictObject({
      int8: z.strictObject({
        file: fileName,
        sha256,
        /** Windows below this loudness (RMS, dBFS) are computed in fp32. */
        quietDb: z.number(),
        cosine: z.strictObject({ mean: z.number(), p1: z.number(), quietMean: z.number(), clips: z.int() }),
        fittedOn: z.string(),
        measuredOn: z.string(),
      }),
    })
    .optional(),
  /** What a correct provider answers to `goldenClips()`: base64 of their vectors, one after the other, raw fp32. */
  golden: z.string().optional(),
  /** Measured quality, by name of the figure; null: not measured yet. */
  quality: z.record(z.string(), z.number()).nullable(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Checks a parsed manifest. @throws SoundalikeError `MODEL_INVALID` naming the field */
export const parseManifest = (value: unknown, path: string): Manifest => {
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SoundalikeError(
    'MODEL_INVALID',
    `${path}: ${issue?.path.join('.') || 'the document'} ${issue?.message ?? 'is wrong'}`,
  );
};
