import type { FilterFields } from '@soundalike/core';
import { DataType } from '@zilliz/milvus2-sdk-node';
import { TRACK_ID_LENGTH } from '../check-rows.ts';
import type { ClipKey, ClipRecord, ClipVector } from '../space-tables.ts';
import { MAX_TAGS, TAG_BYTES, TEXT_BYTES } from '../stored-text.ts';
import { DIMENSION, type TrackRow } from '../vector-store.ts';

const text = (name: string, maxLength: number) => ({
  name,
  data_type: DataType.VarChar as const,
  max_length: maxLength,
});
const key = (name: string, maxLength: number) => ({
  ...text(name, maxLength),
  is_primary_key: true,
  autoID: false,
});

const filterFields = [
  text('artist', TEXT_BYTES),
  text('album', TEXT_BYTES),
  text('genre', TEXT_BYTES),
  {
    name: 'tags',
    data_type: DataType.Array as const,
    element_type: DataType.VarChar as const,
    max_length: TAG_BYTES,
    max_capacity: MAX_TAGS,
  },
  { name: 'year', data_type: DataType.Int32 as const },
  { name: 'duration', data_type: DataType.Double as const },
  { name: 'vector', data_type: DataType.FloatVector as const, dim: DIMENSION },
];

export const clipFields = [
  // Track id, content8, start and two hyphens.
  key('clip_id', TRACK_ID_LENGTH + 8 + 10 + 2),
  text('track_id', TRACK_ID_LENGTH),
  text('content8', 8),
  { name: 'start_ms', data_type: DataType.Int32 as const },
  { name: 'scale', data_type: DataType.Double as const },
  ...filterFields,
];

export const trackFields = [
  key('track_id', TRACK_ID_LENGTH),
  text('content8', 8),
  { name: 'clip_count', data_type: DataType.Int32 as const },
  ...filterFields,
];

export const KEY_COLUMNS = ['clip_id', 'track_id', 'content8', 'start_ms'];
export const CLIP_COLUMNS = [...KEY_COLUMNS, 'scale', 'vector'];
export const TRACK_COLUMNS = trackFields.map(({ name }) => name);

/** A row by column; vectors are Float32Arrays, those of one answer over one buffer. */
export type MilvusRow = Record<string, unknown>;

export const encodeClip = (clip: ClipRecord): MilvusRow => ({
  clip_id: clip.clipId,
  track_id: clip.trackId,
  content8: clip.content8,
  start_ms: clip.startMs,
  scale: clip.scale,
  ...encodeFields(clip),
});

export const encodeTrack = (track: TrackRow): MilvusRow => ({
  track_id: track.trackId,
  content8: track.content8,
  clip_count: track.clipCount,
  ...encodeFields(track),
});

export const decodeKey = (row: MilvusRow): ClipKey => ({
  clipId: row.clip_id as string,
  trackId: row.track_id as string,
  content8: row.content8 as string,
  startMs: row.start_ms as number,
});

export const decodeClip = (row: MilvusRow): ClipVector => ({
  ...decodeKey(row),
  scale: row.scale as number,
  vector: row.vector as Float32Array,
});

export const decodeTrack = (row: MilvusRow): TrackRow => ({
  trackId: row.track_id as string,
  content8: row.content8 as string,
  clipCount: row.clip_count as number,
  ...decodeFields(row),
});

const encodeFields = ({ fields, vector }: { fields: FilterFields; vector: Float32Array }): MilvusRow => ({
  ...fields,
  tags: [...fields.tags],
  vector,
});

const decodeFields = (row: MilvusRow): { fields: FilterFields; vector: Float32Array } => ({
  fields: {
    artist: row.artist as string,
    album: row.album as string,
    genre: row.genre as string,
    tags: row.tags as string[],
    year: row.year as number,
    duration: row.duration as number,
  },
  vector: row.vector as Float32Array,
});
