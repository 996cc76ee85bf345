import { content8Of, type FilterFields, SoundalikeError } from '@soundalike/core';
import { type EmbeddedTrack, embedTrack, meanVector, toSpace } from '@soundalike/embedder';
import type { ClipRow } from '@soundalike/store';
import type { IngestDeps } from '../work/ingest-deps.ts';
import { shareWork } from '../work/share-work.ts';
import { windowsOf } from '../work/windows-of.ts';
import { createConverter } from './convert-vectors.ts';
import type { SpaceTarget } from './working-spaces.ts';

export interface FillOptions {
  readonly target: SpaceTarget;
  readonly track: { readonly trackId: string; readonly contentId: string; readonly fields: FilterFields };
  /** The track's audio on this host; undefined where it was not fetched. */
  readonly path: string | undefined;
  /** The live space's, whose vectors can be moved where the network is the same. */
  readonly deps: IngestDeps;
  readonly inFlight: Map<string, Promise<EmbeddedTrack>>;
  readonly signal: AbortSignal;
}

/**
 * Brings a track into a space beside the live one, unless its revision is there already: from the space's own vectors of that content, by
 * moving the live vectors where only the transform differs, else by embedding its audio.
 *
 * @returns what was embedded for it; undefined where nothing was
 * @throws SoundalikeError what embedding and the store throw; `CANCELLED` before anything is written
 */
export const fillSpace = async (options: FillOptions): Promise<EmbeddedTrack | undefined> => {
  const { target, track, path, deps, inFlight, signal } = options;
  const { trackId, contentId, fields } = track;
  const { store } = target;
  if (await hasTrack(target, track, deps)) return undefined;
  let clips = (await copied(target, contentId, deps)) ?? (await moved(target, track, deps));
  let embedded: EmbeddedTrack | undefined;
  if (!clips) {
    if (path === undefined) return undefined;
    const embedder = await target.embedder();
    const key = `${store.space} ${contentId}`;
    const { ffmpeg, maxSeconds, nice } = deps;
    const windows = windowsOf(target.coverage);
    embedded = await shareWork(inFlight, key, () =>
      embedTrack({ input: { path }, embedder, ffmpeg, maxSeconds, nice, windows, signal }),
    );
    clips = embedded.clips.map(({ startMs, raw }) => ({
      startMs,
      ...toSpace(raw, target.model.transform),
    }));
  }
  if (signal.aborted)
    throw new SoundalikeError('CANCELLED', `Stopped before ${trackId} was stored in ${store.space}`);
  const vector = meanVector(clips.map((clip) => clip.vector));
  await store.upsertTrack(
    { trackId, content8: content8Of(contentId), clipCount: clips.length, fields, vector },
    clips,
    { signal },
  );
  await deps.catalogue.recordInSpace({ space: store.space, trackId, contentId, clipCount: clips.length });
  return embedded;
};

/** Whether a space has the revision of a track. */
export const hasTrack = async (
  { store }: SpaceTarget,
  { trackId, contentId }: { trackId: string; contentId: string },
  { catalogue }: Pick<IngestDeps, 'catalogue'>,
): Promise<boolean> =>
  (await catalogue.presenceOf(store.space, [trackId])).get(trackId)?.contentId === contentId;

/** The same content under another id. */
const copied = async (
  { store }: SpaceTarget,
  contentId: string,
  { catalogue }: IngestDeps,
): Promise<readonly ClipRow[] | undefined> => {
  const twin = await catalogue.findTrackByContent(contentId, store.space);
  return twin && (await storedClips(store, twin.id, contentId));
};

const moved = async (
  { store: _store, model, coverage }: SpaceTarget,
  { trackId, contentId }: { trackId: string; contentId: string },
  { store, embedder, coverage: liveCoverage = 'full' }: IngestDeps,
): Promise<readonly ClipRow[] | undefined> => {
  if (!isMovable({ model: embedder.model, coverage: liveCoverage }, { model, coverage })) return undefined;
  const clips = await storedClips(store, trackId, contentId);
  return clips?.map(converterOf(embedder.model.transform, model.transform));
};

/** Whether vectors of one space can be made from those of another: the same network heard the same windows. */
export const isMovable = (
  from: Pick<SpaceTarget, 'model' | 'coverage'>,
  to: Pick<SpaceTarget, 'model' | 'coverage'>,
): boolean =>
  from.model.weightsSha256 === to.model.weightsSha256 &&
  from.model.hopSamples === to.model.hopSamples &&
  from.coverage === to.coverage;

const storedClips = async (store: IngestDeps['store'], trackId: string, contentId: string) => {
  const stored = (await store.clipsOf([trackId], { consistency: 'strong' })).get(trackId);
  return stored?.content8 === content8Of(contentId) && stored.clips.length > 0 ? stored.clips : undefined;
};

type Transform = SpaceTarget['model']['transform'];

/** A converter takes a good part of a second to make and 2 MB to keep. */
const converterOf = (from: Transform, to: Transform) => {
  const known = converters.get(to);
  if (known?.from === from) return known.convert;
  const convert = createConverter(from, to);
  converters.set(to, { from, convert });
  return convert;
};

const converters = new WeakMap<Transform, { from: Transform; convert: (clip: ClipRow) => ClipRow }>();
