import type { SignatureLimits } from './signature/match-signature.ts';

/** Input length SampleCNN was trained on: 3^10 samples, about 2.678 s at 22,050 Hz. */
export const WINDOW_SAMPLES = 59_049;

/** Sample rate of every model here, Hz (CLMR, Spijkervet & Burgoyne 2021). */
export const SAMPLE_RATE = 22_050;

/** Length of a CLMR clip embedding. */
export const DIMENSION = 512;

export type Provider = 'cpu' | 'cuda' | 'webgpu';
export type Precision = 'fp32' | 'int8';

/** How raw CLMR vectors become vectors of the embedding space: `W (x - mean)`, then normalised. */
export interface SpaceTransform {
  /** `DIMENSION` floats. */
  readonly mean: Float32Array;
  /** Row-major `DIMENSION x DIMENSION`, full rank; undefined: identity. */
  readonly whitening?: Float32Array | undefined;
}

/** Maps a track's best match to 0..1 and says where similarity means nothing any more. Cosine values of this space. */
export interface ScoreCalibration {
  /** Logistic curve: score = 1 / (1 + exp(-(cosine - midpoint) * slope)). */
  readonly midpoint: number;
  readonly slope: number;
  /** What strangers reach: mean and deviation of the normal tail of their cosines, and the cosine above which a match always counts. */
  readonly floor: { readonly mean: number; readonly deviation: number; readonly ceiling: number };
  /** Mean cosine that an aligned run of clips needs to be called the same recording. */
  readonly sameRecording: number;
}

/** A model as its manifest describes it, with what the product needs at run time. */
export interface ModelInfo {
  readonly name: string;
  readonly trained: boolean;
  readonly license: string;
  readonly description: string;
  /** SHA-256 of the canonical fp32 encoder weights (safetensors bytes), hex. */
  readonly weightsSha256: string;
  readonly sampleRate: number;
  readonly windowSamples: number;
  readonly dimension: number;
  readonly precision: Precision;
  /** Windows of the catalogue: hop in samples and what happens to the last piece. */
  readonly hopSamples: number;
  readonly transform: SpaceTransform;
  readonly calibration: ScoreCalibration;
  /** Up to where signals that differ count as the same recording. */
  readonly signature: SignatureLimits;
  /** Name of the embedding space: 16 hex digits of a hash over weights, windowing, decoding and transform. */
  readonly space: string;
}

export interface EmbedInput {
  /** Windows of `WINDOW_SAMPLES` mono samples at `SAMPLE_RATE`. Any number; the embedder batches, also across callers. */
  readonly windows: readonly Float32Array[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Audio windows to raw CLMR vectors (as the network gives them, not centred, not normalised), one for each window in
 * order. Local child processes or a remote service; results never depend on batch mates.
 */
export interface Embedder {
  readonly model: ModelInfo;
  /** Windows in one network run; callers need not care. */
  readonly maxBatch: number;
  readonly provider: Provider;
  embed(input: EmbedInput): Promise<Float32Array[]>;
  close(): Promise<void>;
}
