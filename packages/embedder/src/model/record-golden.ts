import { createSession } from '../session.ts';
import { floatsToBase64 } from './floats-base64.ts';
import { goldenClips } from './golden-clips.ts';
import type { EncoderWeights } from './weights.ts';

/** What a manifest records as `golden`: the vectors of the golden clips in fp32 on this CPU, as base64. */
export const recordGolden = async (weights: EncoderWeights): Promise<string> => {
  const session = await createSession({ weights, provider: 'cpu' });
  const vectors: number[] = [];
  for (const clip of goldenClips()) vectors.push(...(await session.run(clip, 1)));
  return floatsToBase64(Float32Array.from(vectors));
};
