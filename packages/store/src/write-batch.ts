import type { WriteJob } from './create-store.ts';
import { chunks } from './plan-filter.ts';
import type { ClipRecord, ClipVector, SpaceTables } from './space-tables.ts';
import type { TrackRow } from './vector-store.ts';

/** Clip rows of one request; a long track has more. */
const REQUEST_ROWS = 500;

interface Upsert {
  readonly track: TrackRow;
  readonly clips: readonly ClipRecord[];
}

/**
 * Writes jobs of different tracks: removals; then all clips, then all track rows, then the sweep of clip rows that are
 * not the tracks' own any more. A crash between two steps leaves only clip rows that no track row vouches for, which
 * searches ignore and the next write of the track sweeps.
 */
export const writeBatch = async (tables: SpaceTables, jobs: readonly WriteJob[]): Promise<void> => {
  const removed = jobs.flatMap((job) => (job.kind === 'remove' ? job.trackIds : []));
  for (const piece of chunks(removed)) await tables.deleteTracks(piece);
  const upserts = [
    ...jobs.flatMap((job) => (job.kind === 'upsert' ? [job] : [])),
    ...(await readUpdates(tables, jobs)),
  ];
  if (upserts.length === 0) return;
  const existing = readKeys(tables, upserts);
  // A failure is seen where it is awaited; an upsert that fails first must not leave it unhandled.
  existing.catch(() => undefined);
  const clips = upserts.flatMap((upsert) => upsert.clips);
  for (const piece of chunks(clips, REQUEST_ROWS)) await tables.upsertClips(piece, existing);
  await tables.upsertTracks(upserts.map(({ track }) => track));
  const written = new Set(clips.map(({ clipId }) => clipId));
  const stale = (await existing).map(({ clipId }) => clipId).filter((clipId) => !written.has(clipId));
  for (const piece of chunks(stale)) await tables.deleteClips(piece);
};

const readKeys = async (tables: SpaceTables, upserts: readonly Upsert[]) => {
  const ids = upserts.map(({ track }) => track.trackId);
  return (await Promise.all(chunks(ids).map((piece) => tables.clipKeys(piece)))).flat();
};

/** Turns metadata updates into upserts of the stored rows with new fields; unknown tracks are marked as not found. */
const readUpdates = async (tables: SpaceTables, jobs: readonly WriteJob[]): Promise<Upsert[]> => {
  const updates = jobs.flatMap((job) => (job.kind === 'update' ? [job] : []));
  if (updates.length === 0) return [];
  const tracks = new Map<string, TrackRow>();
  for (const piece of chunks(updates.map(({ trackId }) => trackId)))
    for (const track of await tables.tracks(piece, 'strong')) tracks.set(track.trackId, track);
  const clips = new Map<string, ClipVector[]>(updates.map(({ trackId }) => [trackId, []]));
  for (const clip of await tables.clips([...tracks.values()], 'strong')) clips.get(clip.trackId)?.push(clip);
  return updates.flatMap((update) => {
    const track = tracks.get(update.trackId);
    update.found = track !== undefined;
    if (!track) return [];
    const { fields } = update;
    const rows = (clips.get(track.trackId) ?? []).map((clip) => ({ ...clip, fields }));
    return [{ track: { ...track, fields }, clips: rows }];
  });
};
