import { stat } from 'node:fs/promises';
import type { Item } from '@soundalike/catalogue';
import { filterFieldsOf, type TrackMetadata } from '@soundalike/core';
import type { LocalAudio } from '@soundalike/source';
import { updateMetadata } from '../scan/update-metadata.ts';
import { everySpaceOf } from '../spaces/every-space.ts';
import { fillOthers } from '../spaces/fill-others.ts';
import type { ItemAtWork, ItemResult } from './item-at-work.ts';

/** A track whose vectors are stored. */
export interface FinishedTrack {
  readonly contentId: string;
  readonly trackId: string;
  readonly metadata: TrackMetadata;
  readonly fileMetadata: Partial<TrackMetadata>;
  readonly durationSeconds: number;
  readonly clipCount: number;
  readonly coverage: string;
  readonly audioSeconds: number;
}

/**
 * Brings the track into the spaces that are being built and writes the item's end into the ledger.
 *
 * @param audio undefined where nothing was fetched because nothing had changed
 */
export const finishItem = async (
  { item, deps, timer, inFlight, signal }: ItemAtWork,
  audio: LocalAudio | undefined,
  done: FinishedTrack,
): Promise<ItemResult> => {
  const { catalogue, store, worker } = deps;
  const { trackId, contentId, metadata, durationSeconds, clipCount, coverage } = done;
  const fields = filterFieldsOf(metadata, durationSeconds);
  const track = { trackId, contentId, fields };
  const embedded = await fillOthers({ track, path: audio?.path, deps, inFlight, signal });
  const audioSeconds = Math.max(done.audioSeconds, embedded);
  const { title, artist, album, genre, tags, year, attributes } = metadata;
  const timings = timer.stop();
  const { outcome, orphanTrack, promoted } = await catalogue.finishItem({
    itemId: item.id,
    worker,
    tries: item.tries,
    contentId,
    track: {
      id: trackId,
      catalogue: item.catalogue,
      externalId: item.externalId,
      contentId,
      space: store.space,
      durationSeconds,
      clipCount,
      coverage,
      title,
      artist,
      album,
      genre,
      tags,
      year,
      attributes,
    },
    timings,
    audioSeconds,
    fileMetadata: done.fileMetadata,
    ...(audio ? { modified: await modifiedSince(item, audio), etag: audio.etag ?? null } : {}),
  });
  if (orphanTrack) await everySpaceOf(deps).removeTracks([orphanTrack]);
  await updateMetadata(promoted, deps);
  return { outcome, trackId, clips: audioSeconds > 0 ? clipCount : 0, audioSeconds, timings };
};

/** Size and time of the file where they are no longer those of the scan, so that the next run does not take it for changed. */
const modifiedSince = async (item: Item, audio: LocalAudio) => {
  if (item.root === null) return undefined;
  const { size, mtimeMs } = await stat(audio.path);
  const modifiedMs = Math.floor(mtimeMs);
  return size === item.size && modifiedMs === item.modifiedMs ? undefined : { size, modifiedMs };
};
