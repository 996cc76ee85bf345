import { meanVector } from '@soundalike/embedder';
import { embedFiles, LEAD_INS } from './embeddings.mjs';

/**
 * What a lead-in of less than a window does to a track's vector, which windows that start elsewhere must not change: its cosine with the
 * unshifted one, and whether the unshifted one is still its nearest of all.
 */
export const stability = async ({ files, model, ffmpeg, cache }) => {
  const before = (await embedFiles({ files, model, ffmpeg, cache })).map(meanVector);
  const rows = [];
  for (const skipSeconds of LEAD_INS) {
    const after = (await embedFiles({ files, model, ffmpeg, cache, skipSeconds })).map(meanVector);
    const cosines = after.map((vector, i) => dot(vector, before[i])).sort((a, b) => a - b);
    const nearest = after.filter((vector, own) =>
      before.every((other, i) => i === own || dot(vector, other) <= dot(vector, before[own])),
    ).length;
    rows.push({
      seconds: skipSeconds,
      median: cosines[cosines.length >> 1],
      lowest: cosines[0],
      nearest: nearest / files.length,
    });
  }
  return rows;
};

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
