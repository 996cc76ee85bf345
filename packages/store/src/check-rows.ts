import { clipIdOf, type FilterFields, SoundalikeError } from '@soundalike/core';
import { MAX_YEAR } from './plan-filter.ts';
import type { ClipRecord } from './space-tables.ts';
import { MAX_TAGS, storedText, TAG_BYTES } from './stored-text.ts';
import { type ClipRow, DIMENSION, type TrackRow } from './vector-store.ts';

/** Longest track id, characters of A-Z a-z 0-9 _ -. */
export const TRACK_ID_LENGTH = 64;

/** How far the norm of a stored vector may be from 1: a few roundings of float32, not a forgotten normalisation. */
const NORM_TOLERANCE = 1e-3;

/**
 * Checks a track before it is stored and brings it into the form the backends keep; the vectors are not copied.
 *
 * @throws SoundalikeError `INPUT_INVALID` for ids and fields, `EMBED_FAILED` for vectors that are not finite, not of
 *   `DIMENSION` floats or not of norm 1
 */
export const checkRows = (
  track: TrackRow,
  clips: readonly ClipRow[],
): { track: TrackRow; clips: ClipRecord[] } => {
  const { trackId, content8 } = track;
  if (!new RegExp(`^[A-Za-z0-9_-]{1,${TRACK_ID_LENGTH}}$`).test(trackId))
    throw invalid(
      trackId,
      'trackId',
      `must be 1 to ${TRACK_ID_LENGTH} letters, digits, _ or -, got ${JSON.stringify(trackId)}`,
    );
  if (!/^[A-Za-z0-9_-]{8}$/.test(content8))
    throw invalid(trackId, 'content8', `must be 8 letters, digits, _ or -, got ${JSON.stringify(content8)}`);
  if (clips.length === 0 || track.clipCount !== clips.length)
    throw invalid(
      trackId,
      'clipCount',
      `is ${track.clipCount} but there are ${clips.length} clips; at least one is needed`,
    );
  checkVector(trackId, 'the track vector', track.vector);
  const fields = checkFields(trackId, track.fields);
  const starts = new Set<number>();
  const records = clips.map((clip) => {
    const { startMs, scale, vector } = clip;
    if (!Number.isInteger(startMs) || startMs < 0 || startMs > 2 ** 31 - 1 || starts.has(startMs))
      throw invalid(
        trackId,
        'startMs',
        `must be whole milliseconds, each once, got ${startMs}${starts.has(startMs) ? ' twice' : ''}`,
      );
    starts.add(startMs);
    if (!Number.isFinite(scale)) throw invalid(trackId, 'scale', `must be finite, got ${scale}`);
    checkVector(trackId, `the clip at ${startMs} ms`, vector);
    return {
      clipId: clipIdOf({ trackId, content8, startMs }),
      trackId,
      content8,
      startMs,
      scale,
      vector,
      fields,
    };
  });
  return {
    track: { trackId, content8, clipCount: clips.length, fields, vector: track.vector },
    clips: records,
  };
};

/** The fields as stores keep them: texts shortened, tags each once. */
export const checkFields = (trackId: string, fields: FilterFields): FilterFields => {
  const { year, duration } = fields;
  if (!Number.isInteger(year) || Math.abs(year) > MAX_YEAR)
    throw invalid(trackId, 'year', `must be a whole number, 0 when not known, got ${year}`);
  if (!Number.isFinite(duration)) throw invalid(trackId, 'duration', `must be seconds, got ${duration}`);
  const tags = [...new Set(fields.tags.map((tag) => storedText('tags', tag, TAG_BYTES)))];
  if (tags.length > MAX_TAGS)
    throw invalid(trackId, 'tags', `are ${tags.length}; at most ${MAX_TAGS} can be kept`);
  return {
    artist: storedText('artist', fields.artist),
    album: storedText('album', fields.album),
    genre: storedText('genre', fields.genre),
    tags,
    year,
    duration,
  };
};

const checkVector = (trackId: string, what: string, vector: Float32Array): void => {
  if (vector.length !== DIMENSION)
    throw unusable(trackId, `${what} has ${vector.length} floats, not ${DIMENSION}`);
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) ** 2;
  // NaN fails this, too.
  if (!(Math.abs(Math.sqrt(sum) - 1) <= NORM_TOLERANCE))
    throw unusable(trackId, `${what} has norm ${Math.sqrt(sum)}, not 1`);
};

const unusable = (trackId: string, reason: string) =>
  new SoundalikeError('EMBED_FAILED', `Track ${trackId} cannot be stored: ${reason}`, {
    fields: { trackId },
  });

const invalid = (trackId: string, field: string, reason: string) =>
  new SoundalikeError(
    'INPUT_INVALID',
    `Track ${JSON.stringify(trackId)} cannot be stored: ${field} ${reason}`,
    {
      fields: { trackId, field },
    },
  );
