import FFT from 'fft.js';
import { SAMPLE_RATE } from '../embedder.ts';

/** Samples from one signature word to the next: 46 ms, 21.5 words a second, 3.9 kB a minute. */
export const SIGNATURE_HOP = 1024;

/** Length of the spectra: four hops, so that words change slowly and a query between two hops still agrees. */
const FRAME = 4096;

/** Bits in a word. */
export const SIGNATURE_BITS = 24;

/** Ends of the bands, Hz: what band-limited and coarsely coded music keeps. */
const LOWEST_HZ = 150;
const HIGHEST_HZ = 5_000;

/**
 * A compact spectral signature after Haitsma & Kalker ("A Highly Robust Audio Fingerprinting System", ISMIR 2002): for each hop a word
 * whose bits say whether the energy difference of neighbouring bands grew. Feed it mono chunks at 22,050 Hz; it keeps one frame.
 */
export const createSignature = () => {
  const fft = new FFT(FRAME);
  const spectrum = fft.createComplexArray();
  const window = Float64Array.from(
    { length: FRAME },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME),
  );
  const windowed = new Float64Array(FRAME);
  const buffer = new Float32Array(FRAME);
  let filled = 0;
  let before: Float64Array | undefined;
  const words: number[] = [];

  const analyse = () => {
    for (let i = 0; i < FRAME; i++) windowed[i] = (buffer[i] as number) * (window[i] as number);
    fft.realTransform(spectrum, windowed);
    const energies = bandEnergies(spectrum);
    words.push(before ? wordOf(energies, before) : 0);
    before = energies;
    buffer.copyWithin(0, SIGNATURE_HOP);
    filled = FRAME - SIGNATURE_HOP;
  };

  return {
    /** Takes any number of samples. */
    push: (chunk: Float32Array): void => {
      for (let at = 0; at < chunk.length; ) {
        const count = Math.min(FRAME - filled, chunk.length - at);
        buffer.set(chunk.subarray(at, at + count), filled);
        filled += count;
        at += count;
        if (filled === FRAME) analyse();
      }
    },
    /** The words so far; word i covers the samples from i * SIGNATURE_HOP on. */
    words: (): Uint32Array => Uint32Array.from(words),
  };
};

/** Edges of the bands as FFT bins, evenly spaced in pitch; one band more than bits. */
const EDGES = Array.from({ length: SIGNATURE_BITS + 2 }, (_, i) =>
  Math.round((LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (i / (SIGNATURE_BITS + 1)) * FRAME) / SAMPLE_RATE),
);

const bandEnergies = (spectrum: readonly number[]): Float64Array =>
  Float64Array.from({ length: SIGNATURE_BITS + 1 }, (_, band) => {
    let energy = 1e-9; // silence has no logarithm
    const from = EDGES[band] as number;
    const to = Math.max(EDGES[band + 1] as number, from + 1);
    for (let bin = from; bin < to; bin++)
      energy += (spectrum[2 * bin] as number) ** 2 + (spectrum[2 * bin + 1] as number) ** 2;
    return Math.log(energy);
  });

const wordOf = (now: Float64Array, before: Float64Array): number => {
  let word = 0;
  for (let band = 0; band < SIGNATURE_BITS; band++) {
    const grew =
      (now[band] as number) -
      (now[band + 1] as number) -
      ((before[band] as number) - (before[band + 1] as number));
    if (grew > 0) word |= 1 << band;
  }
  return word;
};

/** A signature as bytes for the database, three a word. */
export const signatureToBytes = (words: Uint32Array): Uint8Array => {
  const bytes = new Uint8Array(words.length * 3);
  for (const [i, word] of words.entries())
    bytes.set([word & 0xff, (word >> 8) & 0xff, (word >> 16) & 0xff], i * 3);
  return bytes;
};

export const signatureFromBytes = (bytes: Uint8Array): Uint32Array =>
  Uint32Array.from(
    { length: Math.floor(bytes.length / 3) },
    (_, i) =>
      (bytes[i * 3] as number) | ((bytes[i * 3 + 1] as number) << 8) | ((bytes[i * 3 + 2] as number) << 16),
  );
