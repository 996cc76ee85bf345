import { DIMENSION, WINDOW_SAMPLES } from './embedder.ts';
import type { Session } from './session.ts';

/**
 * A session that computes windows in 8 bits and those that are nearly silent in float32, where steps made for music are too coarse. Each
 * window is judged by itself, so its vector does not depend on its batch mates.
 *
 * @param quietDb loudness (RMS) below which a window counts as quiet, dBFS
 */
export const createInt8Session = (options: { coarse: Session; fine: Session; quietDb: number }): Session => {
  const quiet = 10 ** (options.quietDb / 20);
  return {
    run: async (windows, count) => {
      const vectors = new Float32Array(count * DIMENSION);
      const places = Array.from({ length: count }, (_, i) => i);
      const isQuiet = places.map((place) => rmsOf(windowAt(windows, place)) < quiet);
      for (const [session, wanted] of [
        [options.coarse, false],
        [options.fine, true],
      ] as const) {
        const chosen = places.filter((place) => isQuiet[place] === wanted);
        if (chosen.length === 0) continue;
        const batch = new Float32Array(chosen.length * WINDOW_SAMPLES);
        chosen.forEach((place, i) => {
          batch.set(windowAt(windows, place), i * WINDOW_SAMPLES);
        });
        const found = await session.run(batch, chosen.length);
        chosen.forEach((place, i) => {
          vectors.set(found.subarray(i * DIMENSION, (i + 1) * DIMENSION), place * DIMENSION);
        });
      }
      return vectors;
    },
  };
};

const windowAt = (windows: Float32Array, place: number): Float32Array =>
  windows.subarray(place * WINDOW_SAMPLES, (place + 1) * WINDOW_SAMPLES);

const rmsOf = (window: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < window.length; i++) sum += (window[i] as number) ** 2;
  return Math.sqrt(sum / window.length);
};
