import type { Selectable } from 'kysely';
import type { Attempt, Item, Run, Space, Track } from './catalogue.ts';
import type { Database } from './schema.ts';

/** Database rows as the objects of the port. */
export const toItem = (row: Selectable<Database['items']>): Item => ({
  id: row.id,
  catalogue: row.catalogue,
  root: row.root === '' ? null : row.root,
  path: row.path,
  externalId: row.external_id === '' ? null : row.external_id,
  metadata: JSON.parse(row.metadata),
  size: row.size,
  modifiedMs: row.modified_ms,
  runId: row.run_id,
  state: row.state as Item['state'],
  outcome: row.outcome as Item['outcome'],
  stage: row.stage as Item['stage'],
  tries: row.tries,
  attempts: row.attempts,
  contentId: row.content_id,
  trackId: row.track_id,
  space: row.space,
  errorCode: row.error_code,
  errorMessage: row.error_message,
  errorDetail: row.error_detail,
  timings: JSON.parse(row.timings),
  audioSeconds: row.audio_seconds,
  worker: row.worker,
  queuedAt: row.queued_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  source: row.source,
  etag: row.etag,
  fileMetadata: JSON.parse(row.file_metadata),
});

export const toAttempt = (row: Selectable<Database['attempts']>): Attempt => ({
  runId: row.run_id,
  number: row.number,
  worker: row.worker,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  outcome: row.outcome as Attempt['outcome'],
  stage: row.stage as Attempt['stage'],
  code: row.code,
  message: row.message,
  detail: row.detail,
  timings: JSON.parse(row.timings),
});

export const toTrack = (row: Selectable<Database['tracks']>): Track => ({
  id: row.id,
  catalogue: row.catalogue,
  externalId: row.external_id,
  contentId: row.content_id,
  space: row.space,
  title: row.title,
  artist: row.artist,
  album: row.album,
  genre: row.genre,
  tags: JSON.parse(row.tags),
  year: row.year,
  attributes: JSON.parse(row.attributes),
  durationSeconds: row.duration_seconds,
  clipCount: row.clip_count,
  coverage: row.coverage,
  location: { root: row.root === '' ? null : row.root, path: row.path },
  indexedAt: row.indexed_at,
});

export const toRun = (row: Selectable<Database['runs']>): Run => ({
  id: row.id,
  catalogue: row.catalogue,
  source: row.source,
  state: row.state as Run['state'],
  startedAt: row.started_at,
  finishedAt: row.finished_at,
});

export const toSpaceRow = (row: Selectable<Database['spaces']>): Space => ({
  name: row.name,
  model: row.model,
  description: JSON.parse(row.description),
  createdAt: row.created_at,
});

/** Ids named in one statement. */
export const IDS_PER_STATEMENT = 500;

/** Pieces of a list that fit into one statement: SQLite binds at most 32,766 values, PostgreSQL 65,535. */
export const chunksOf = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
