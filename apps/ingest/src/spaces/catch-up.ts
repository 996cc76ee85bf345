import type { Catalogue } from '@soundalike/catalogue';
import type { JobQueue } from '@soundalike/queue';
import { isMovable } from './fill-space.ts';
import { moveVectors } from './move-vectors.ts';
import type { OpenSpace } from './open-space.ts';
import { queueMissing } from './queue-missing.ts';

export interface CatchUp {
  /** How tracks come in: their stored vectors are moved at once, or their items are queued for workers to embed. */
  readonly way: 'moved' | 'queued';
  readonly moved: number;
  readonly queued: number;
  /** The run of the queued items. */
  readonly run: number | undefined;
}

export interface CatchUpOptions {
  readonly catalogue: Catalogue;
  readonly queue: JobQueue;
  readonly catalogueName: string;
  readonly from: OpenSpace;
  readonly to: OpenSpace;
  readonly onProgress?: ((tracks: number) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Brings into a space what another has and it lacks, the cheaper way that there is. */
export const catchUp = async (options: CatchUpOptions): Promise<CatchUp> => {
  const { catalogue, queue, catalogueName, from, to, onProgress, signal } = options;
  if (isMovable(from, to)) {
    const moved = await moveVectors({
      catalogue,
      from: { store: from.store, transform: from.model.transform },
      to: { store: to.store, transform: to.model.transform },
      onProgress,
      signal,
    });
    return { way: 'moved', moved, queued: 0, run: undefined };
  }
  const { run, queued } = await queueMissing({
    catalogue,
    queue,
    catalogueName,
    space: to.store.space,
    from: from.store.space,
    onQueued: onProgress,
  });
  return { way: 'queued', moved: 0, queued, run };
};
