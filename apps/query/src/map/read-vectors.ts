import type { VectorStore } from '@soundalike/store';
import { seededRandom } from './lay-out.ts';

/** More points than this are a grey cloud, and take too long to place. */
export const MOST_POINTS = 20_000;
const PAGE = 1_000;

export interface TrackVectors {
  readonly trackIds: readonly string[];
  readonly vectors: Float32Array;
  readonly dimension: number;
}

/** Vectors of all tracks, or of `MOST_POINTS` of them drawn evenly (reservoir sampling), read page by page. */
export const readVectors = async (
  store: Pick<VectorStore, 'scanTracks'>,
  signal: AbortSignal,
  most = MOST_POINTS,
): Promise<TrackVectors> => {
  const random = seededRandom(1);
  const kept: { trackId: string; vector: Float32Array }[] = [];
  let seen = 0;
  for (let after: string | undefined; ; ) {
    signal.throwIfAborted();
    const page = await store.scanTracks({ after, limit: PAGE });
    for (const { trackId, vector } of page) {
      const place = seen < most ? seen : Math.floor(random() * (seen + 1));
      if (place < most) kept[place] = { trackId, vector };
      seen += 1;
    }
    if (page.length < PAGE) break;
    after = page.at(-1)?.trackId;
  }
  const dimension = kept[0]?.vector.length ?? 0;
  const vectors = new Float32Array(kept.length * dimension);
  kept.forEach(({ vector }, row) => {
    vectors.set(vector, row * dimension);
  });
  return { trackIds: kept.map(({ trackId }) => trackId), vectors, dimension };
};
