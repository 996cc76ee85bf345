import { filterFieldsOf } from '@soundalike/core';
import type { EverySpace } from '../spaces/every-space.ts';
import type { IngestDeps } from '../work/ingest-deps.ts';

/** Makes what the tracks of items say anew, in the catalogue and in every space; nothing is decoded. */
export const updateMetadata = async (
  itemIds: readonly number[],
  deps: {
    readonly catalogue: IngestDeps['catalogue'];
    readonly store: Pick<IngestDeps['store'], 'updateFields'>;
    readonly spaces?: Pick<EverySpace, 'updateFields'> | undefined;
  },
): Promise<void> => {
  for (const itemId of itemIds) {
    const track = await deps.catalogue.updateTrackMetadata(itemId);
    if (!track) continue;
    await (deps.spaces ?? deps.store).updateFields(track.id, filterFieldsOf(track, track.durationSeconds));
  }
};
