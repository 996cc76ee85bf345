import type { Track } from '@soundalike/catalogue';
import { content8Of } from '@soundalike/core';
import { hasTrack } from '../spaces/fill-space.ts';
import type { IngestDeps } from './ingest-deps.ts';

/** A track with this content, embedded as far as is asked for, whose vectors the store really has. */
export const findStored = async (
  contentId: string,
  { catalogue, store, coverage = 'full' }: IngestDeps,
): Promise<Track | undefined> => {
  const track = await catalogue.findTrackByContent(contentId, store.space);
  if (track?.coverage !== coverage) return undefined;
  const stored = (await store.getTracks([track.id], { consistency: 'strong' })).get(track.id);
  return stored?.content8 === content8Of(contentId) ? track : undefined;
};

/** Whether no space that is being built lacks the track. */
export const isEverywhere = async ({ id: trackId, contentId }: Track, deps: IngestDeps): Promise<boolean> => {
  for (const target of deps.building ?? [])
    if (!(await hasTrack(target, { trackId, contentId }, deps))) return false;
  return true;
};
