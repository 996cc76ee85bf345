import { SAMPLE_RATE, WINDOW_SAMPLES } from '../embedder.ts';

/** The tone of the golden clips rises over this range, Hz. */
const RANGE = [80, 6_000] as const;

/** -50 dBFS below the first clip: where coarse arithmetic shows first. */
const QUIET = 10 ** (-50 / 20);

/**
 * Audio whose vectors are known, to tell whether a network runs right on some provider: a rising tone with its octave and a beat, the same
 * nearly inaudible, and seeded noise. The same on every machine to the last bits.
 */
export const goldenClips = (): Float32Array[] => {
  const tones = risingTones();
  return [tones, tones.map((value) => value * QUIET), noise()];
};

const risingTones = (): Float32Array => {
  const [low, high] = RANGE;
  const clip = new Float32Array(WINDOW_SAMPLES);
  let phase = 0;
  for (let i = 0; i < WINDOW_SAMPLES; i++) {
    phase += (2 * Math.PI * (low + ((high - low) * i) / WINDOW_SAMPLES)) / SAMPLE_RATE;
    const beat = 1 - (i % 11_025) / 11_025;
    clip[i] = beat * (0.4 * Math.sin(phase) + 0.2 * Math.sin(2 * phase));
  }
  return clip;
};

/** A linear congruential generator (Numerical Recipes' constants), smoothed a little so that it is not white. */
const noise = (): Float32Array => {
  const clip = new Float32Array(WINDOW_SAMPLES);
  let state = 1;
  let last = 0;
  for (let i = 0; i < WINDOW_SAMPLES; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    last = 0.7 * last + 0.3 * (state / 2 ** 31 - 1);
    clip[i] = last;
  }
  return clip;
};
