import { SoundalikeError } from '@soundalike/core';
import { type Provider, WINDOW_SAMPLES } from './embedder.ts';
import { createInt8Session } from './int8-session.ts';
import { LEVEL_TENSOR } from './model/architecture.ts';
import { buildInt8Onnx, type Quantisation } from './model/build-int8-onnx.ts';
import { buildOnnx } from './model/build-onnx.ts';
import { INPUT_NAME, OUTPUT_NAME } from './model/encode-onnx.ts';
import { toLevel, withoutLevel } from './model/to-level.ts';
import type { EncoderWeights } from './model/weights.ts';
import { InferenceSession, Tensor } from './onnxruntime/index.ts';
import { NEEDS } from './pool/choose-provider.ts';

export interface Session {
  /** `count` windows one after the other in `windows`; the vectors one after the other. Blocks the event loop while it computes. */
  run(windows: Float32Array, count: number): Promise<Float32Array>;
}

/**
 * A network ready to run, with one thread: several processes with one thread each embed more than one with several.
 *
 * @throws SoundalikeError `PROVIDER_UNAVAILABLE` with onnxruntime's reason; never another provider than the one asked for
 */
export const createSession = async (options: {
  weights: EncoderWeights;
  provider: Provider;
  form?: 'fast' | 'plain';
  /** Compute in 8 bits, but windows quieter than `quietDb` (RMS, dBFS) in fp32. */
  int8?: { quantisation: Quantisation; quietDb: number } | undefined;
}): Promise<Session> => {
  const { provider, form = 'fast', int8 } = options;
  const level = options.weights.get(LEVEL_TENSOR);
  const weights = withoutLevel(options.weights);
  const fine = atLevel(await openSession(buildOnnx(weights, form), provider), level);
  if (!int8) return fine;
  const coarse = atLevel(await openSession(buildInt8Onnx(weights, int8.quantisation), provider), level);
  return createInt8Session({ coarse, fine, quietDb: int8.quietDb });
};

const atLevel = (session: Session, level: Float32Array | undefined): Session =>
  level ? { run: (windows, count) => session.run(toLevel(windows, level), count) } : session;

const openSession = async (onnx: Uint8Array, provider: Provider): Promise<Session> => {
  const session = await InferenceSession.create(onnx, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  }).catch((cause) => {
    if (provider === 'cpu') throw cause;
    throw new SoundalikeError(
      'PROVIDER_UNAVAILABLE',
      `PROVIDER=${provider} cannot run here (${lastSentence(cause)}). It needs ${NEEDS[provider]}`,
      { cause },
    );
  });
  return {
    run: async (windows, count) => {
      const { [OUTPUT_NAME]: output } = await session.run({
        [INPUT_NAME]: new Tensor('float32', windows, [count, WINDOW_SAMPLES]),
      });
      return output?.data as Float32Array;
    },
  };
};

/** What onnxruntime says at last, without the places in its own source. */
const lastSentence = (cause: unknown): string =>
  ((cause as Error).message ?? String(cause))
    .replace(/^.*was false\. /s, '')
    .split('\n')[0]
    ?.slice(0, 200) ?? '';
