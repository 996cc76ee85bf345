import type { Track } from '@soundalike/catalogue';
import type { TrackDocument } from './track-schema.ts';

/** A track's metadata as answers show it. */
export const trackFieldsOf = (track: Track): Omit<TrackDocument, 'attributes'> => ({
  trackId: track.id,
  externalId: track.externalId,
  title: track.title,
  artist: track.artist,
  album: track.album,
  genre: track.genre,
  tags: [...track.tags],
  year: track.year,
  durationSeconds: Math.round(track.durationSeconds * 100) / 100,
  location: track.location,
});

export const trackDocument = (track: Track): TrackDocument => ({
  ...trackFieldsOf(track),
  attributes: track.attributes,
});
