import type { Item, Track } from '@soundalike/catalogue';
import { fillMetadata, trackIdOf } from '@soundalike/core';
import { embedTrack, signatureToBytes, toSpace } from '@soundalike/embedder';
import { contentIdOf, type LocalAudio, naming, openAudioUnless } from '@soundalike/source';
import type { ClipRow } from '@soundalike/store';
import { readRoots } from '../sources/find-root.ts';
import { fileMetadataOf } from './file-metadata.ts';
import { finishItem } from './finish-item.ts';
import type { IngestDeps } from './ingest-deps.ts';
import type { InFlight, ItemAtWork, ItemResult } from './item-at-work.ts';
import { findStored, isEverywhere } from './known-track.ts';
import { refuseSecondOwner } from './refuse-second-owner.ts';
import { shareWork } from './share-work.ts';
import { createStageTimer } from './stage-timer.ts';
import { storeItem } from './store-item.ts';
import { windowsOf } from './windows-of.ts';

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
  const { catalogue, roots, fetchPolicy, temporaryFolder } = deps;
  const timer = createStageTimer(item.id, deps);
  const work: ItemAtWork = { item, deps, timer, inFlight, signal };
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
  if (audio === 'unchanged') return keep(work, before as Track);
  try {
    return await naming(audio, () => workOn(work, audio));
  } finally {
    await audio.dispose();
  }
};

/** A local file on its way to a track, whatever is known of its content already. */
const workOn = async (work: ItemAtWork, audio: LocalAudio): Promise<ItemResult> => {
  const { item, deps, timer, inFlight, signal } = work;
  const { catalogue, ffmpeg } = deps;
  const contentId = await contentIdOf({ path: audio.path, ffmpeg, signal });
  const ids = {
    contentId,
    trackId: trackIdOf({ catalogue: item.catalogue, externalId: item.externalId, contentId }),
  };
  const known = await findStored(contentId, deps);
  if (known) return reuse(work, audio, known, ids);
  await refuseSecondOwner(work, ids);
  await timer.enter('decode');
  const key = `${deps.store.space} ${contentId}`;
  // Named here as well: whoever shares the work shares its error.
  const embedded = await shareWork(inFlight, key, () => naming(audio, () => embed(audio, deps, signal)));
  timer.add(embedded.timings);
  // Before the track: what is searchable can be checked. Beside a track that never comes, it harms nobody.
  if (!signal.aborted) await catalogue.putSignature(contentId, signatureToBytes(embedded.signature));
  const clips = embedded.clips.map(
    ({ startMs, raw }): ClipRow => ({ startMs, ...toSpace(raw, deps.embedder.model.transform) }),
  );
  const { durationSeconds } = embedded;
  return storeItem(work, audio, { ...ids, clips, durationSeconds, audioSeconds: durationSeconds });
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
const keep = (work: ItemAtWork, known: Track): Promise<ItemResult> =>
  finishItem(work, undefined, {
    ...extentOf(known),
    contentId: known.contentId,
    trackId: known.id,
    metadata: fillMetadata(work.item.metadata, work.item.fileMetadata),
    fileMetadata: work.item.fileMetadata,
  });

/** Content whose vectors are stored: a copy of its track, or another track with the same vectors. */
const reuse = async (
  work: ItemAtWork,
  audio: LocalAudio,
  known: Track,
  ids: { contentId: string; trackId: string },
): Promise<ItemResult> => {
  const { item, deps } = work;
  if (known.id === ids.trackId && (await deps.catalogue.otherOwner({ trackId: known.id, itemId: item.id })))
    return finishItem(work, audio, {
      ...ids,
      ...extentOf(known),
      metadata: known,
      fileMetadata: await fileMetadataOf(item, audio),
    });
  await refuseSecondOwner(work, ids);
  const stored = (await deps.store.clipsOf([known.id], { consistency: 'strong' })).get(known.id);
  const { durationSeconds } = known;
  return storeItem(work, audio, { ...ids, clips: stored?.clips ?? [], durationSeconds, audioSeconds: 0 });
};

/** What is known of a track's audio, none of it embedded this time. */
const extentOf = ({ durationSeconds, clipCount, coverage }: Track) => ({
  durationSeconds,
  clipCount,
  coverage,
  audioSeconds: 0,
});
