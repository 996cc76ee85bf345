import { toLevel } from '@soundalike/embedder';
import FFT from 'fft.js';

const RATE = 22_050;
const FRAME = 1024;
const HOP = 512;
const BANDS = 64;
const CEPSTRA = 20;
const LOWEST_HZ = 30;

/** How much its covariance is shrunk where windows are whitened by the very collection that is judged: the best the control can do. */
export const MFCC_SHRINKAGE = 0.1;

/** Length of `mfccStatistics`. */
export const MFCC_DIMENSION = 2 * CEPSTRA;

/**
 * The control that any embedding has to beat: means and standard deviations over a window of 20 mel-frequency cepstral coefficients (Davis &
 * Mermelstein 1980; 64 HTK mel bands of equal area, 30 Hz to 11,025 Hz, natural logarithm, orthonormal DCT-II).
 * The same numbers as `training/descriptors.py`.
 *
 * @param samples mono, 22,050 Hz
 * @returns `MFCC_DIMENSION` numbers
 */
export const mfccStatistics = (samples: Float32Array): Float32Array => {
  const fft = new FFT(FRAME);
  const spectrum = fft.createComplexArray();
  const windowed = new Float64Array(FRAME);
  const mel = new Float64Array(BANDS);
  const sums = new Float64Array(CEPSTRA);
  const squares = new Float64Array(CEPSTRA);
  // Centred frames with reflected ends, as torch.stft places them.
  const frames = 1 + Math.floor(samples.length / HOP);
  for (let frame = 0; frame < frames; frame++) {
    for (let i = 0; i < FRAME; i++)
      windowed[i] =
        (samples[reflect(frame * HOP + i - FRAME / 2, samples.length)] as number) * (HANN[i] as number);
    fft.realTransform(spectrum, windowed);
    FILTERS.forEach(({ first, weights }, band) => {
      let energy = 1e-5;
      weights.forEach((weight, index) => {
        const bin = 2 * (first + index);
        energy += weight * ((spectrum[bin] as number) ** 2 + (spectrum[bin + 1] as number) ** 2);
      });
      mel[band] = Math.log(energy);
    });
    for (let order = 0; order < CEPSTRA; order++) {
      let value = 0;
      for (let band = 0; band < BANDS; band++)
        value += (DCT[order * BANDS + band] as number) * (mel[band] as number);
      sums[order] = (sums[order] as number) + value;
      squares[order] = (squares[order] as number) + value * value;
    }
  }
  const means = sums.map((sum) => sum / frames);
  const deviations = squares.map((square, order) =>
    Math.sqrt(Math.max(square - frames * (means[order] as number) ** 2, 0) / Math.max(frames - 1, 1)),
  );
  return Float32Array.from([...means, ...deviations]);
};

/** -20 dBFS, with at most 40 dB of gain: what the bundled network hears (docs/decisions/0041-windows-at-one-level.md). */
const LEVEL = Float32Array.of(0.1, 0.001);

/**
 * The same control on what the network hears. As they are, the statistics also hear how loud a recording was mastered, which tells tracks apart and
 * which a search must not mind.
 *
 * @param window of `WINDOW_SAMPLES`
 */
export const mfccAtOneLevel = (window: Float32Array): Float32Array => mfccStatistics(toLevel(window, LEVEL));

const reflect = (index: number, length: number): number => {
  if (index < 0) return Math.min(-index, length - 1);
  return index < length ? index : Math.max(2 * (length - 1) - index, 0);
};

/** Periodic, as torch.hann_window. */
const HANN = Float64Array.from({ length: FRAME }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME));

const DCT = Float64Array.from({ length: CEPSTRA * BANDS }, (_, at) => {
  const [order, band] = [Math.floor(at / BANDS), at % BANDS];
  return Math.sqrt(2 / BANDS) * Math.cos((Math.PI / BANDS) * (band + 0.5) * order);
});

const toMel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
const toHertz = (mel: number) => 700 * (10 ** (mel / 2595) - 1);

const FILTERS = Array.from({ length: BANDS }, (_, band) => {
  const step = (toMel(RATE / 2) - toMel(LOWEST_HZ)) / (BANDS + 1);
  const [low, middle, high] = [0, 1, 2].map((edge) => toHertz(toMel(LOWEST_HZ) + (band + edge) * step)) as [
    number,
    number,
    number,
  ];
  const all = Float64Array.from({ length: FRAME / 2 + 1 }, (_, bin) => {
    const hertz = (bin * RATE) / FRAME;
    return Math.max(0, Math.min((hertz - low) / (middle - low), (high - hertz) / (high - middle)));
  });
  const area = all.reduce((sum, value) => sum + value, 0) + 1e-9;
  const first = Math.max(
    all.findIndex((value) => value > 0),
    0,
  );
  const length = all.length - first - [...all].reverse().findIndex((value) => value > 0);
  return { first, weights: all.slice(first, first + Math.max(length, 0)).map((value) => value / area) };
});
