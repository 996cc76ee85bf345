import { DIMENSION, type Precision, type Provider, WINDOW_SAMPLES } from '../embedder.ts';

/**
 * How samples travel: `s16` as little-endian 16-bit integers (half the bytes; rounds to 1/32767 of full scale and clips what lies beyond),
 * `f32` as the little-endian floats they are.
 */
export type PcmFormat = 's16' | 'f32';

export const BYTES_PER_SAMPLE: Readonly<Record<PcmFormat, number>> = { s16: 2, f32: 4 };

/** Windows in one request: 64 are 7.6 MB of s16. */
export const MAX_WINDOWS = 64;

/**
 * The service's one route for work, and the header by which each side names its network, as the SHA-256 of its weights: vectors travel raw, so
 * that spaces which differ in their transform or hop only may share a node.
 */
export const EMBED_PATH = '/v1/embed';
export const WEIGHTS_HEADER = 'x-soundalike-weights';

/** What `GET /healthz` tells of a service. */
export interface ServiceFacts {
  readonly model: string;
  readonly weights: string;
  /** The model's own space. */
  readonly space: string;
  readonly provider: Provider;
  readonly precision: Precision;
}

/** Full scale of 16-bit samples. */
const FULL_SCALE = 32_767;

export const encodeWindows = (windows: readonly Float32Array[], format: PcmFormat): Buffer => {
  if (format === 'f32')
    return Buffer.concat(
      windows.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
    );
  const samples = new Int16Array(windows.length * WINDOW_SAMPLES);
  windows.forEach((window, index) => {
    for (let i = 0; i < WINDOW_SAMPLES; i++)
      samples[index * WINDOW_SAMPLES + i] = Math.round(
        Math.min(Math.max(window[i] ?? 0, -1), 1) * FULL_SCALE,
      );
  });
  return Buffer.from(samples.buffer);
};

/** The windows of a request's body; undefined where its length is not that of whole windows. */
export const decodeWindows = (body: Buffer, format: PcmFormat): Float32Array[] | undefined => {
  const bytes = WINDOW_SAMPLES * BYTES_PER_SAMPLE[format];
  if (body.length === 0 || body.length % bytes !== 0) return undefined;
  return Array.from({ length: body.length / bytes }, (_, index) => {
    // A copy: typed arrays need an aligned start.
    const copy = new Uint8Array(body.subarray(index * bytes, (index + 1) * bytes)).buffer;
    return format === 'f32'
      ? new Float32Array(copy)
      : Float32Array.from(new Int16Array(copy), (sample) => sample / FULL_SCALE);
  });
};

export const encodeVectors = (vectors: readonly Float32Array[]): Buffer =>
  Buffer.concat(
    vectors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );

/** The vectors of an answer; undefined where they are not as many as asked for. */
export const decodeVectors = (body: Buffer, count: number): Float32Array[] | undefined => {
  const bytes = DIMENSION * 4;
  if (body.length !== count * bytes) return undefined;
  return Array.from(
    { length: count },
    (_, index) => new Float32Array(new Uint8Array(body.subarray(index * bytes, (index + 1) * bytes)).buffer),
  );
};
