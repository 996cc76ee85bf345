import type { Catalogue } from '@soundalike/catalogue';
import { content8Of } from '@soundalike/core';
import { meanVector, type SpaceTransform } from '@soundalike/embedder';
import type { VectorStore } from '@soundalike/store';
import { createConverter } from './convert-vectors.ts';

/** Tracks read at once: some thousand clips, a few megabytes. */
const PAGE = 200;

/** Tracks written at once, which the store puts into common batches. */
const WRITERS = 32;

export interface MoveVectorsOptions {
  readonly catalogue: Catalogue;
  readonly from: { readonly store: VectorStore; readonly transform: SpaceTransform };
  readonly to: { readonly store: VectorStore; readonly transform: SpaceTransform };
  readonly onProgress?: ((tracks: number) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Fills a space of another transform of the same network from stored vectors: nothing is fetched, decoded or embedded. What is there already
 * stays, so it may be stopped and started again.
 *
 * @returns tracks moved
 */
export const moveVectors = async (options: MoveVectorsOptions): Promise<number> => {
  const { catalogue, from, to, onProgress, signal } = options;
  const convert = createConverter(from.transform, to.transform);
  let moved = 0;
  for (let after: string | undefined; !signal.aborted; ) {
    const ids = await catalogue.missingInSpace({
      space: to.store.space,
      from: from.store.space,
      after,
      limit: PAGE,
    });
    const [present, rows, clips] = await Promise.all([
      catalogue.presenceOf(from.store.space, ids),
      from.store.getTracks(ids, { consistency: 'strong' }),
      from.store.clipsOf(ids, { consistency: 'strong' }),
    ]);
    const move = async (trackId: string) => {
      const contentId = present.get(trackId)?.contentId;
      const row = rows.get(trackId);
      const stored = clips.get(trackId)?.clips ?? [];
      // What the store lacks, or has of another revision, is for `index verify` to find; promoting sees that it is missing.
      if (!row || contentId === undefined || row.content8 !== content8Of(contentId) || stored.length === 0)
        return;
      const converted = stored.map(convert);
      const vector = meanVector(converted.map((clip) => clip.vector));
      await to.store.upsertTrack({ ...row, clipCount: converted.length, vector }, converted, { signal });
      await catalogue.recordInSpace({
        space: to.store.space,
        trackId,
        contentId,
        clipCount: converted.length,
      });
      moved += 1;
    };
    for (let at = 0; at < ids.length; at += WRITERS) await Promise.all(ids.slice(at, at + WRITERS).map(move));
    onProgress?.(moved);
    if (ids.length < PAGE) break;
    after = ids.at(-1);
  }
  return moved;
};
