import { WINDOW_SAMPLES } from '../embedder.ts';
import { LEVEL_TENSOR } from './architecture.ts';
import type { EncoderWeights } from './weights.ts';

/**
 * Windows, one after the other, each at the level of the weights. Summed here, in order and in doubles, and not in the network's graph: there the
 * last bit of a sum depends on where in memory a row begins, and so on its batch mates.
 */
export const toLevel = (windows: Float32Array, [level = 1, lowest = 1]: Float32Array): Float32Array => {
  const heard = new Float32Array(windows.length);
  for (let start = 0; start < windows.length; start += WINDOW_SAMPLES) {
    const end = start + WINDOW_SAMPLES;
    let power = 0;
    for (let i = start; i < end; i++) power += (windows[i] as number) ** 2;
    const gain = level / Math.max(Math.sqrt(power / WINDOW_SAMPLES), lowest);
    for (let i = start; i < end; i++) heard[i] = (windows[i] as number) * gain;
  }
  return heard;
};

/** The same weights without their level, for a graph whose input has it already. */
export const withoutLevel = (weights: EncoderWeights): EncoderWeights =>
  new Map([...weights].filter(([name]) => name !== LEVEL_TENSOR));
