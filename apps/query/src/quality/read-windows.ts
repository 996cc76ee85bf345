import { decodeAudio, sliceWindows, WINDOW_SAMPLES } from '@soundalike/embedder';

/**
 * The windows of a file, one after the other, mixed to mono; what is left at the end is dropped.
 *
 * @param options.skipSeconds left away at the start
 * @param options.isWanted by number from 0; all where nothing is said
 * @throws SoundalikeError those of decoding
 */
export const readWindows = async (options: {
  path: string;
  ffmpeg: string;
  skipSeconds?: number | undefined;
  isWanted?: ((index: number) => boolean) | undefined;
  signal?: AbortSignal | undefined;
}): Promise<Float32Array[]> => {
  const { path, ffmpeg, skipSeconds = 0, isWanted = () => true, signal } = options;
  const { chunks } = await decodeAudio({
    input: { path },
    ffmpeg,
    channels: 'mix',
    ...(signal ? { signal } : {}),
    ...(skipSeconds > 0 ? { from: skipSeconds } : {}),
  });
  const found: Float32Array[] = [];
  const slicing = { windowSamples: WINDOW_SAMPLES, hopSamples: WINDOW_SAMPLES, tail: 'drop' } as const;
  let index = 0;
  for await (const { samples } of sliceWindows(chunks, slicing)) if (isWanted(index++)) found.push(samples);
  return found;
};
