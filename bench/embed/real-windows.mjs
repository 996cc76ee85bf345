import { fileURLToPath } from 'node:url';
import { decodeAudio, sliceWindows, WINDOW_SAMPLES } from '@soundalike/embedder';
import { findFfmpeg } from '@soundalike/source';

const SAMPLES = ['Dexter Quill Five/01 Quill Pen.opus', 'Hollow Anvil/01 Iron Season.opus'];

/** Windows of real music, repeated until there are enough. */
export const realWindows = async (clips) => {
  const ffmpeg = await findFfmpeg();
  const found = [];
  for (const sample of SAMPLES) {
    const path = fileURLToPath(new URL(`../../samples/catalogue/${sample}`, import.meta.url));
    const { chunks } = await decodeAudio({ input: { path }, ffmpeg, channels: 'mix' });
    const slicing = { windowSamples: WINDOW_SAMPLES, hopSamples: WINDOW_SAMPLES, tail: 'drop' };
    for await (const { samples } of sliceWindows(chunks, slicing)) found.push(samples);
  }
  return Array.from({ length: clips }, (_, i) => found[i % found.length]);
};
