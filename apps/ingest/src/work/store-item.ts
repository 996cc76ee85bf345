import {
  content8Of,
  fillMetadata,
  filterFieldsOf,
  SoundalikeError,
  type TrackMetadata,
} from '@soundalike/core';
import { meanVector } from '@soundalike/embedder';
import { formatLocation, type LocalAudio } from '@soundalike/source';
import type { ClipRow } from '@soundalike/store';
import { fileMetadataOf } from './file-metadata.ts';
import { finishItem } from './finish-item.ts';
import type { ItemAtWork, ItemResult } from './item-at-work.ts';

/** What is stored of a track. */
export interface StoredTrack {
  readonly contentId: string;
  readonly trackId: string;
  readonly clips: readonly ClipRow[];
  readonly durationSeconds: number;
  readonly audioSeconds: number;
}

/**
 * Writes an item's vectors into the live space and ends it.
 *
 * @throws SoundalikeError `CANCELLED` where the job was aborted: nothing is written then
 */
export const storeItem = async (
  work: ItemAtWork,
  audio: LocalAudio,
  { clips, ...track }: StoredTrack,
): Promise<ItemResult> => {
  const { item, deps, timer, signal } = work;
  await timer.enter('store');
  const fileMetadata = await fileMetadataOf(item, audio);
  const metadata = (await holderOf(work, track.trackId)) ?? fillMetadata(item.metadata, fileMetadata);
  // From here on things are written; an aborted job (its lock may be lost) must not, nor one that was queued anew with other words.
  if (signal.aborted || (await deps.catalogue.getItem(item.id))?.tries !== item.tries)
    throw new SoundalikeError('CANCELLED', `Stopped before ${formatLocation(item)} was stored`);
  const row = {
    trackId: track.trackId,
    content8: content8Of(track.contentId),
    clipCount: clips.length,
    fields: filterFieldsOf(metadata, track.durationSeconds),
    vector: meanVector(clips.map(({ vector }) => vector)),
  };
  await deps.store.upsertTrack(row, clips, { signal });
  return finishItem(work, audio, {
    ...track,
    metadata,
    fileMetadata,
    clipCount: clips.length,
    coverage: deps.coverage ?? 'full',
  });
};

/** The track as the item has it that it was made of: a copy that is embedded anew does not speak for it. */
const holderOf = async (
  { item, deps: { catalogue } }: ItemAtWork,
  trackId: string,
): Promise<TrackMetadata | undefined> =>
  (await catalogue.otherOwner({ trackId, itemId: item.id }))
    ? (await catalogue.getTracks([trackId])).get(trackId)
    : undefined;
