import FFT from 'fft.js';
import { SAMPLE_RATE } from '../embedder.ts';

/** Samples from one signature word to the next: 46 ms, 21.5 words a second, 3.9 kB a minute. */
export const SIGNATURE_HOP = 1024;

/** Length of the spectra: four hops, so that words change slowly and a query between two hops still agrees. */
const FRAME = 4096;

/** Bits in a word. */
export const SIGNATURE_BITS = 24;

/** Bits of a word that count as strong: those whose energy difference is clearest, which noise and coding turn over last. */
const STRONG_BITS = 12;

/** Bands this far below the loudest one are noise's and the codec's to decide, natural logarithm of energy: 26 dB. */
const AUDIBLE_RANGE = 6;

/** Ends of the bands, Hz: what band-limited and coarsely coded music keeps. */
const LOWEST_HZ = 150;
const HIGHEST_HZ = 5_000;

/** Edges of the bands as FFT bins, evenly spaced in pitch; one band more than bits. */
const EDGES = Int32Array.from({ length: SIGNATURE_BITS + 2 }, (_, i) =>
  Math.round((LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (i / (SIGNATURE_BITS + 1)) * FRAME) / SAMPLE_RATE),
);

const HANN = Float64Array.from({ length: FRAME }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME));

/** Words of a signature, and for each the mask of its strong bits. Word i covers the samples from `i * SIGNATURE_HOP` on. */
export interface Signature {
  readonly words: Uint32Array;
  readonly strong: Uint32Array;
}

/**
 * A compact spectral signature after Haitsma & Kalker ("A Highly Robust Audio Fingerprinting System", ISMIR 2002): for each hop a word
 * whose bits say whether the energy difference of neighbouring bands grew. Feed it mono chunks at 22,050 Hz; it keeps one frame.
 */
export const createSignature = () => {
  const fft = new FFT(FRAME);
  const spectrum = fft.createComplexArray();
  const windowed = new Float64Array(FRAME);
  const buffer = new Float32Array(FRAME);
  let filled = 0;
  let energies = new Float64Array(SIGNATURE_BITS + 1);
  let before = new Float64Array(SIGNATURE_BITS + 1);
  const words: number[] = [];
  const strong: number[] = [];

  const analyse = () => {
    for (let i = 0; i < FRAME; i++) windowed[i] = (buffer[i] as number) * (HANN[i] as number);
    fft.realTransform(spectrum, windowed);
    bandEnergies(spectrum, energies);
    const { word, mask } = words.length === 0 ? { word: 0, mask: 0 } : wordOf(energies, before);
    words.push(word);
    strong.push(mask);
    [energies, before] = [before, energies];
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
    /** What was heard so far. */
    finish: (): Signature => ({ words: Uint32Array.from(words), strong: Uint32Array.from(strong) }),
  };
};

/** Logarithms of the bands' energies, into `energies`. */
const bandEnergies = (spectrum: readonly number[], energies: Float64Array): void => {
  for (let band = 0; band <= SIGNATURE_BITS; band++) {
    const from = EDGES[band] as number;
    const to = Math.max(EDGES[band + 1] as number, from + 1);
    let energy = 1e-9; // silence has no logarithm
    for (let bin = from; bin < to; bin++)
      energy += (spectrum[2 * bin] as number) ** 2 + (spectrum[2 * bin + 1] as number) ** 2;
    energies[band] = Math.log(energy);
  }
};

const growth = new Float64Array(SIGNATURE_BITS);
const clarity = new Float64Array(SIGNATURE_BITS);

const wordOf = (now: Float64Array, before: Float64Array): { word: number; mask: number } => {
  let word = 0;
  const floor = Math.max(...now) - AUDIBLE_RANGE;
  for (let band = 0; band < SIGNATURE_BITS; band++) {
    const grew =
      (now[band] as number) -
      (now[band + 1] as number) -
      ((before[band] as number) - (before[band + 1] as number));
    const isAudible = (now[band] as number) > floor && (now[band + 1] as number) > floor;
    growth[band] = isAudible ? Math.abs(grew) : 0;
    if (grew > 0) word |= 1 << band;
  }
  clarity.set(growth);
  const needed = clarity.sort()[SIGNATURE_BITS - STRONG_BITS] as number;
  let mask = 0;
  for (let band = 0; band < SIGNATURE_BITS; band++)
    if ((growth[band] as number) >= needed && growth[band] !== 0) mask |= 1 << band;
  return { word, mask };
};

/** The words of a signature as bytes for the database, three a word; strong bits are needed of queries only. */
export const signatureToBytes = ({ words }: Pick<Signature, 'words'>): Uint8Array => {
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
