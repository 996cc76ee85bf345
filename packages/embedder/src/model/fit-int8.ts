import { choleskyOf } from '../cholesky.ts';
import { WINDOW_SAMPLES } from '../embedder.ts';
import { invertMatrix } from '../invert-matrix.ts';
import { InferenceSession, Tensor } from '../onnxruntime/index.ts';
import { STAGES } from './architecture.ts';
import { equalised, INT8_STAGES, MAX_WEIGHT, type Quantisation, weightScales } from './build-int8-onnx.ts';
import { buildOnnx } from './build-onnx.ts';
import { INPUT_NAME } from './encode-onnx.ts';
import type { FoldedStage } from './fold-batch-norm.ts';
import type { EncoderWeights } from './weights.ts';

/** Levels at which the windows are heard, dB: rounding must also suit quiet passages. */
const LEVELS = [0, -10, 0, -20, 0, -6, 0, -30];

/** Places of each layer's input looked at in a window. */
const PLACES = 48;

/** Added to the second moments, as a share of their mean: keeps directions that never occur from running wild. */
const DAMPING = 0.003;

/**
 * Fits the 8-bit stages to audio: each channel's largest activation sets its range, and weights are rounded one after the other, each taking up the
 * error of those before it as the second moments of the layer's inputs say (GPTQ; Frantar et al. 2022). Rounding each weight on its own
 * is not enough here: inputs are positive throughout, so small errors of one sign add up (cosine 0.93 instead of above 0.999).
 *
 * @param options.windows windows of training renders
 */
export const fitInt8 = async (options: {
  weights: EncoderWeights;
  windows: readonly Float32Array[];
}): Promise<Quantisation> => {
  const { weights, windows } = options;
  const heard = await hear(weights, windows);
  const ranges = heard.map(({ largest }) => rangesOf(largest));
  const equal = equalised(weights, ranges);
  const stages = heard.slice(0, -1).map((input, place) => {
    const { weight, bias } = equal[INT8_STAGES.first + place] as FoldedStage;
    const scales = weightScales({ weight, bias });
    const { mean, moments } = scaled(input, ranges[place] as Float32Array);
    const rounded = roundTogether(weight, scales, choleskyOf(invertMatrix(damped(moments)), atLeastTiny));
    return { weight: rounded, bias: correctedBias(bias, weight, rounded, scales, mean) };
  });
  return { ranges, stages };
};

/** A tenth more than what was seen; channels that were silent in the fit keep room for what other music may bring. */
const rangesOf = (largest: Float32Array): Float32Array => {
  const middle = largest.toSorted()[largest.length >> 1] as number;
  return largest.map((value) => Math.max(value * 1.1, middle * 0.1));
};

/** What a layer hears once its channels are divided by their ranges. */
const scaled = ({ mean, moments }: Heard, range: Float32Array): Pick<Heard, 'mean' | 'moments'> => {
  const size = mean.length;
  const by = (i: number) => range[Math.floor(i / 3)] as number;
  return {
    mean: mean.map((value, i) => value / by(i)),
    moments: moments.map((value, at) => value / (by(Math.floor(at / size)) * by(at % size))),
  };
};

interface Heard {
  /** By channel. */
  readonly largest: Float32Array;
  /** Of the inputs in the order of the weights (channel, tap). */
  readonly mean: Float64Array;
  readonly moments: Float64Array;
}

/** Runs the network and gathers what its layers hear: one entry for each input of an 8-bit stage, and the last one's output. */
const hear = async (weights: EncoderWeights, windows: readonly Float32Array[]): Promise<Heard[]> => {
  const { first, last } = INT8_STAGES;
  const taps = Array.from({ length: last - first + 2 }, (_, i) =>
    first + i === 1 ? 'relu0' : `pool${first + i - 1}`,
  );
  const session = await InferenceSession.create(buildOnnx(weights, 'fast', taps), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const heard = taps.map((_, i): Heard => {
    const size = (STAGES[first + i]?.inputs ?? 0) * 3;
    return {
      largest: new Float32Array(size / 3),
      mean: new Float64Array(size),
      moments: new Float64Array(size * size),
    };
  });
  for (const [index, window] of windows.entries()) {
    const gain = 10 ** ((LEVELS[index % LEVELS.length] as number) / 20);
    const audio = Float32Array.from(window, (value) => value * gain);
    const outputs = await session.run({ [INPUT_NAME]: new Tensor('float32', audio, [1, WINDOW_SAMPLES]) });
    taps.forEach((tap, i) => {
      const isInput = i < taps.length - 1;
      listen(heard[i] as Heard, outputs[tap]?.data as Float32Array, isInput ? index : undefined);
    });
  }
  for (const { mean, moments } of heard) {
    const count = windows.length * PLACES;
    mean.forEach((sum, i) => {
      mean[i] = sum / count;
    });
    moments.forEach((sum, i) => {
      moments[i] = sum / count;
    });
  }
  return heard;
};

const listen = (heard: Heard, values: Float32Array, index: number | undefined) => {
  const { largest } = heard;
  const length = values.length / largest.length;
  largest.forEach((most, channel) => {
    largest[channel] = values
      .subarray(channel * length, (channel + 1) * length)
      .reduce((a, b) => Math.max(a, b), most);
  });
  if (index === undefined) return;
  const size = heard.mean.length;
  const patch = new Float64Array(size);
  for (let place = 0; place < PLACES; place++) {
    // Evenly spread, another start in each window.
    const at = Math.floor(((place + ((index * 0.618) % 1)) / PLACES) * length);
    for (let i = 0; i < size; i++) {
      const [channel, tap] = [Math.floor(i / 3), i % 3];
      const from = at + tap - 1;
      patch[i] = from < 0 || from >= length ? 0 : (values[channel * length + from] as number);
    }
    addMoments(heard, patch);
  }
};

const addMoments = ({ mean, moments }: Heard, patch: Float64Array) => {
  const size = patch.length;
  for (let row = 0; row < size; row++) {
    const value = patch[row] as number;
    if (value === 0) continue;
    mean[row] = (mean[row] as number) + value;
    const at = row * size;
    for (let i = 0; i < size; i++)
      moments[at + i] = (moments[at + i] as number) + value * (patch[i] as number);
  }
};

const damped = (moments: Float64Array): Float64Array => {
  const size = Math.sqrt(moments.length);
  const result = Float64Array.from(moments);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += moments[i * size + i] as number;
  for (let i = 0; i < size; i++)
    result[i * size + i] = (result[i * size + i] as number) + Math.max((DAMPING * trace) / size, 1e-9);
  return result;
};

/** Rounding may leave a square that is zero or less. */
const atLeastTiny = (square: number): number => Math.max(square, 1e-12);

const roundTogether = (weight: Float32Array, scales: Float32Array, lower: Float64Array): Int8Array => {
  const size = Math.sqrt(lower.length);
  const rounded = new Int8Array(weight.length);
  scales.forEach((scale, output) => {
    const row = Float64Array.from(weight.subarray(output * size, (output + 1) * size));
    for (let i = 0; i < size; i++) {
      const value = row[i] as number;
      const whole = Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, Math.round(value / scale)));
      rounded[output * size + i] = whole;
      const error = (value - whole * scale) / (lower[i * size + i] as number);
      for (let j = i + 1; j < size; j++)
        row[j] = (row[j] as number) - error * (lower[j * size + i] as number);
    }
  });
  return rounded;
};

/** The bias in steps of weight and input, with the mean error that rounding left. */
const correctedBias = (
  bias: Float32Array,
  weight: Float32Array,
  rounded: Int8Array,
  scales: Float32Array,
  mean: Float64Array,
): Int32Array =>
  Int32Array.from(bias, (value, output) => {
    const scale = scales[output] as number;
    let corrected = value;
    mean.forEach((input, i) => {
      const at = output * mean.length + i;
      corrected += ((weight[at] as number) - (rounded[at] as number) * scale) * input;
    });
    return Math.round(Math.max(-(2 ** 30), Math.min(2 ** 30, (corrected * 255) / scale)));
  });
