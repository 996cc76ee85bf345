import { stat } from 'node:fs/promises';
import type { Item, Track } from '@soundalike/catalogue';
import {
  content8Of,
  fillMetadata,
  filterFieldsOf,
  SoundalikeError,
  type TrackMetadata,
  trackIdOf,
} from '@soundalike/core';
import { type EmbeddedTrack, embedTrack, meanVector, signatureToBytes, toSpace } from '@soundalike/embedder';
import { contentIdOf, formatLocation, type LocalAudio, openAudioUnless } from '@soundalike/source';
import type { ClipRow } from '@soundalike/store';
import { readRoots } from '../sources/find-root.ts';
import { everySpaceOf } from '../spaces/every-space.ts';
import { fillOthers } from '../spaces/fill-others.ts';
import { hasTrack } from '../spaces/fill-space.ts';
import { fileMetadataOf } from './file-metadata.ts';
import type { IngestDeps } from './ingest-deps.ts';
import { shareWork } from './share-work.ts';
import { createStageTimer, type StageTimer } from './stage-timer.ts';
import { windowsOf } from './windows-of.ts';

export interface ItemResult {
  readonly outcome: 'indexed' | 'duplicate';
  readonly trackId: string;
  /** Clips stored, and seconds of audio embedded: 0 where vectors were reused. */
  readonly clips: number;
  readonly audioSeconds: number;
  readonly timings: Readonly<Record<string, number>>;
}

/** Work that items of one process share, by space and content: the same content arriving twice at once is embedded once. */
export type InFlight = Map<string, Promise<EmbeddedTrack>>;

/**
 * One item from its bytes to a searchable track; knows no queue. Content that is embedded already is not embedded again: the
 * location is attached to its track, or its vectors serve another own id.
 *
 * @throws SoundalikeError what `openAudio`, `contentIdOf`, `embedTrack` and the store throw; `MANIFEST_INVALID` where two
 *   different recordings claim one own id. Nothing is written to the catalogue on failure.
 */
export const processItem = async (
  item: Item,
  deps: IngestDeps,
  inFlight: InFlight,
  signal: AbortSignal,
): Promise<ItemResult> => {
  const { catalogue, ffmpeg, roots, fetchPolicy, temporaryFolder } = deps;
  const timer = createStageTimer(item.id, deps);
  await timer.enter('fetch');
  const before = item.etag && item.contentId ? await findStored(item.contentId, deps) : undefined;
  const isStill = before !== undefined && before.id === item.trackId && (await isEverywhere(before, deps));
  const audio = await openAudioUnless({
    location: item,
    roots: await readRoots(catalogue, roots),
    policy: fetchPolicy,
    temporaryFolder,
    etag: isStill ? item.etag : undefined,
    signal,
  });
  if (audio === 'unchanged') return keep(item, before as Track, deps, timer, inFlight, signal);
  try {
    const contentId = await contentIdOf({ path: audio.path, ffmpeg, signal });
    const trackId = trackIdOf({ catalogue: item.catalogue, externalId: item.externalId, contentId });
    const known = await findStored(contentId, deps);
    if (known) return await reuse(item, audio, known, { contentId, trackId }, deps, timer, inFlight, signal);
    await refuseSecondOwner(item, trackId, contentId, deps);
    await timer.enter('decode');
    const key = `${deps.store.space} ${contentId}`;
    const embedded = await shareWork(inFlight, key, () => embed(audio, deps, signal));
    timer.add(embedded.timings);
    // Before the track: what is searchable can be checked. Beside a track that never comes, it harms nobody.
    if (!signal.aborted) await catalogue.putSignature(contentId, signatureToBytes(embedded.signature));
    const clips = embedded.clips.map(
      ({ startMs, raw }): ClipRow => ({ startMs, ...toSpace(raw, deps.embedder.model.transform) }),
    );
    return await write(
      item,
      audio,
      {
        contentId,
        trackId,
        clips,
        durationSeconds: embedded.durationSeconds,
        audioSeconds: embedded.durationSeconds,
      },
      deps,
      timer,
      inFlight,
      signal,
    );
  } finally {
    await audio.dispose();
  }
};

const embed = (
  audio: LocalAudio,
  { embedder, ffmpeg, maxSeconds, nice, coverage }: IngestDeps,
  signal: AbortSignal,
) =>
  embedTrack({
    input: { path: audio.path },
    embedder,
    ffmpeg,
    maxSeconds,
    nice,
    windows: windowsOf(coverage),
    signal,
  });

/** A link that still answers as when it was indexed: its track stays, with what the manifest says now. */
const keep = (
  item: Item,
  known: Track,
  deps: IngestDeps,
  timer: StageTimer,
  inFlight: InFlight,
  signal: AbortSignal,
): Promise<ItemResult> =>
  finish(
    item,
    undefined,
    {
      contentId: known.contentId,
      trackId: known.id,
      metadata: fillMetadata(item.metadata, item.fileMetadata),
      fileMetadata: item.fileMetadata,
      durationSeconds: known.durationSeconds,
      clipCount: known.clipCount,
      coverage: known.coverage,
      audioSeconds: 0,
    },
    deps,
    timer,
    inFlight,
    signal,
  );

/** A track with this content, embedded as far as is asked for, whose vectors the store really has. */
const findStored = async (
  contentId: string,
  { catalogue, store, coverage = 'full' }: IngestDeps,
): Promise<Track | undefined> => {
  const track = await catalogue.findTrackByContent(contentId, store.space);
  if (track?.coverage !== coverage) return undefined;
  const stored = (await store.getTracks([track.id], { consistency: 'strong' })).get(track.id);
  return stored?.content8 === content8Of(contentId) ? track : undefined;
};

/** Whether no space that is being built lacks the track. */
const isEverywhere = async ({ id: trackId, contentId }: Track, deps: IngestDeps): Promise<boolean> => {
  for (const target of deps.building ?? [])
    if (!(await hasTrack(target, { trackId, contentId }, deps))) return false;
  return true;
};

const reuse = async (
  item: Item,
  audio: LocalAudio,
  known: Track,
  ids: { contentId: string; trackId: string },
  deps: IngestDeps,
  timer: StageTimer,
  inFlight: InFlight,
  signal: AbortSignal,
): Promise<ItemResult> => {
  if (known.id === ids.trackId && (await deps.catalogue.otherOwner({ trackId: known.id, itemId: item.id }))) {
    return finish(
      item,
      audio,
      {
        ...ids,
        metadata: known,
        fileMetadata: await fileMetadataOf(item, audio),
        durationSeconds: known.durationSeconds,
        clipCount: known.clipCount,
        coverage: known.coverage,
        audioSeconds: 0,
      },
      deps,
      timer,
      inFlight,
      signal,
    );
  }
  await refuseSecondOwner(item, ids.trackId, ids.contentId, deps);
  const stored = (await deps.store.clipsOf([known.id], { consistency: 'strong' })).get(known.id);
  return write(
    item,
    audio,
    { ...ids, clips: stored?.clips ?? [], durationSeconds: known.durationSeconds, audioSeconds: 0 },
    deps,
    timer,
    inFlight,
    signal,
  );
};

/** Two recordings under one own id would overwrite each other for ever. */
const refuseSecondOwner = async (
  item: Item,
  trackId: string,
  contentId: string,
  { catalogue }: IngestDeps,
) => {
  if (item.externalId === null) return;
  const other = await catalogue.otherOwner({ trackId, itemId: item.id });
  if (!other || other.contentId === contentId) return;
  throw new SoundalikeError(
    'MANIFEST_INVALID',
    `The id "${item.externalId}" of ${formatLocation(item)} already belongs to another recording, ${formatLocation(other)}`,
    {
      fields: { externalId: item.externalId, other: formatLocation(other) },
    },
  );
};

interface Written {
  readonly contentId: string;
  readonly trackId: string;
  readonly clips: readonly ClipRow[];
  readonly durationSeconds: number;
  readonly audioSeconds: number;
}

const write = async (
  item: Item,
  audio: LocalAudio,
  track: Written,
  deps: IngestDeps,
  timer: StageTimer,
  inFlight: InFlight,
  signal: AbortSignal,
): Promise<ItemResult> => {
  const { trackId, contentId, clips, durationSeconds, audioSeconds } = track;
  await timer.enter('store');
  const fileMetadata = await fileMetadataOf(item, audio);
  const metadata = fillMetadata(item.metadata, fileMetadata);
  // From here on things are written; an aborted job (its lock may be lost) must not.
  if (signal.aborted)
    throw new SoundalikeError('CANCELLED', `Stopped before ${formatLocation(item)} was stored`);
  const row = {
    trackId,
    content8: content8Of(contentId),
    clipCount: clips.length,
    fields: filterFieldsOf(metadata, durationSeconds),
    vector: meanVector(clips.map(({ vector }) => vector)),
  };
  await deps.store.upsertTrack(row, clips, { signal });
  return finish(
    item,
    audio,
    {
      contentId,
      trackId,
      metadata,
      fileMetadata,
      durationSeconds,
      clipCount: clips.length,
      coverage: deps.coverage ?? 'full',
      audioSeconds,
    },
    deps,
    timer,
    inFlight,
    signal,
  );
};

interface Finished extends Omit<Written, 'clips'> {
  readonly metadata: TrackMetadata;
  readonly fileMetadata: Partial<TrackMetadata>;
  readonly clipCount: number;
  readonly coverage: string;
}

/** @param audio undefined where nothing was fetched because nothing had changed */
const finish = async (
  item: Item,
  audio: LocalAudio | undefined,
  done: Finished,
  deps: IngestDeps,
  timer: StageTimer,
  inFlight: InFlight,
  signal: AbortSignal,
): Promise<ItemResult> => {
  const { catalogue, store, worker } = deps;
  const { trackId, contentId, metadata } = done;
  const fields = filterFieldsOf(metadata, done.durationSeconds);
  const track = { trackId, contentId, fields };
  const embedded = await fillOthers({ track, path: audio?.path, deps, inFlight, signal });
  const audioSeconds = Math.max(done.audioSeconds, embedded);
  const { title, artist, album, genre, tags, year, attributes } = metadata;
  const timings = timer.stop();
  const { outcome, orphanTrack } = await catalogue.finishItem({
    itemId: item.id,
    worker,
    contentId: done.contentId,
    track: {
      id: done.trackId,
      catalogue: item.catalogue,
      externalId: item.externalId,
      contentId: done.contentId,
      space: store.space,
      durationSeconds: done.durationSeconds,
      clipCount: done.clipCount,
      coverage: done.coverage,
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
  const { clipCount } = done;
  return { outcome, trackId: done.trackId, clips: audioSeconds > 0 ? clipCount : 0, audioSeconds, timings };
};

/** Size and time of the file where they are no longer those of the scan, so that the next run does not take it for changed. */
const modifiedSince = async (item: Item, audio: LocalAudio) => {
  if (item.root === null) return undefined;
  const { size, mtimeMs } = await stat(audio.path);
  const modifiedMs = Math.floor(mtimeMs);
  return size === item.size && modifiedMs === item.modifiedMs ? undefined : { size, modifiedMs };
};
