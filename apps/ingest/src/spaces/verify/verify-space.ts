import type { Catalogue, Track, TrackInSpace } from '@soundalike/catalogue';
import { content8Of, filterFieldsOf } from '@soundalike/core';
import { storedFields, type TrackRow, type VectorDatabase, type VectorStore } from '@soundalike/store';
import type { FindingKind, OnFinding } from './finding.ts';

/** Tracks compared at once, and clip keys read at once. */
const TRACKS_A_PAGE = 500;
const KEYS_A_PAGE = 5_000;

export interface VerifyOptions {
  readonly catalogue: Catalogue;
  readonly vectors: VectorDatabase;
  readonly store: VectorStore;
  readonly onFinding: OnFinding;
  readonly onProgress?: ((tracks: number) => void) | undefined;
  readonly signal: AbortSignal;
}

/** What was looked at. */
export interface Verified {
  readonly tracks: number;
  readonly storedTracks: number;
  readonly storedClips: number;
}

/**
 * Compares a space in the store with the database, both ways, page by page in the order of keys: memory does not grow with the catalogue. What
 * should not be there comes first, then what should be, so that a repair of the first is seen by the second.
 */
export const verifySpace = async (options: VerifyOptions): Promise<Verified> => {
  const isLive = (await options.catalogue.liveSpace())?.name === options.store.space;
  // What the live space's list lacks although its track is known is `unlisted`: it can be searched until it is embedded again.
  const isKnown = isLive ? knownTracks : listedTracks;
  const storedTracks = await findUnknownTracks(options, isKnown);
  const storedClips = await findStrayClips(options, isKnown);
  if (isLive) {
    await checkAlias(options);
    await findUnlisted(options);
  }
  const tracks = await compareTracks(options);
  if (isLive) await findWithoutSignature(options);
  return { tracks, storedTracks, storedClips };
};

const findUnknownTracks = async (
  { catalogue, store, onFinding, signal }: VerifyOptions,
  known: Known,
): Promise<number> => {
  let seen = 0;
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const rows = await store.scanTracks({ after, limit: TRACKS_A_PAGE });
    const ids = rows.map(({ trackId }) => trackId);
    await onFinding('unknown-track', await without(ids, known, { catalogue, store }));
    seen += rows.length;
    if (rows.length < TRACKS_A_PAGE) return seen;
    after = ids.at(-1) as string;
  }
};

const findStrayClips = async (
  { catalogue, store, onFinding, signal }: VerifyOptions,
  known: Known,
): Promise<number> => {
  let seen = 0;
  let last = '';
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const keys = await store.scanClipKeys({ after, limit: KEYS_A_PAGE });
    // A track whose clips go on from the page before was looked up there.
    const ids = [...new Set(keys.map(({ trackId }) => trackId))].filter((id) => id !== last);
    await onFinding('stray-clips', await without(ids, known, { catalogue, store }));
    seen += keys.length;
    const final = keys.at(-1);
    if (!final || keys.length < KEYS_A_PAGE) return seen;
    last = final.trackId;
    after = `${final.trackId}-${final.content8}-${final.startMs}`;
  }
};

type Known = (
  ids: readonly string[],
  deps: Pick<VerifyOptions, 'catalogue' | 'store'>,
) => Promise<ReadonlyMap<string, unknown>>;

/** Tracks that the database lists for the space. */
const listedTracks: Known = (ids, { catalogue, store }) => catalogue.presenceOf(store.space, ids);

/** Those, and tracks of the catalogue that its list lacks. */
const knownTracks: Known = async (ids, deps) => {
  const listed = await listedTracks(ids, deps);
  const rest = ids.filter((id) => !listed.has(id));
  return rest.length === 0 ? listed : new Map([...listed, ...(await deps.catalogue.getTracks(rest))]);
};

const without = async (
  ids: readonly string[],
  known: Known,
  deps: Pick<VerifyOptions, 'catalogue' | 'store'>,
): Promise<string[]> => {
  const found = await known(ids, deps);
  return ids.filter((id) => !found.has(id));
};

const checkAlias = async ({ vectors, store, onFinding }: VerifyOptions): Promise<void> => {
  if (vectors.kind !== 'milvus') return;
  const aliased = await vectors.aliasedSpace();
  if (aliased !== store.space) await onFinding('wrong-alias', [aliased ?? 'none']);
};

/** Tracks of the database that its own list of the space lacks. */
const findUnlisted = async ({ catalogue, store, onFinding, signal }: VerifyOptions): Promise<void> => {
  for (let after: string | undefined; ; ) {
    signal.throwIfAborted();
    const page = await catalogue.listTracks({
      limit: TRACKS_A_PAGE,
      ...(after === undefined ? {} : { after }),
    });
    const ids = page.map(({ id }) => id);
    await onFinding('unlisted-track', await without(ids, listedTracks, { catalogue, store }));
    if (page.length < TRACKS_A_PAGE) return;
    after = ids.at(-1);
  }
};

const compareTracks = async (options: VerifyOptions): Promise<number> => {
  const { catalogue, store, onFinding, onProgress, signal } = options;
  let seen = 0;
  for (let after: string | undefined; ; ) {
    signal.throwIfAborted();
    const page = await catalogue.tracksInSpace({ space: store.space, after, limit: TRACKS_A_PAGE });
    const ids = page.map(({ trackId }) => trackId);
    const [tracks, rows, clips] = await Promise.all([
      catalogue.getTracks(ids),
      store.getTracks(ids, { consistency: 'strong' }),
      countClips(store, ids),
    ]);
    const found = new Map<FindingKind, string[]>();
    for (const presence of page) {
      const { trackId } = presence;
      const kind = judge(presence, tracks.get(trackId), rows.get(trackId), clips.get(trackId) ?? new Map());
      if (kind) found.set(kind, [...(found.get(kind) ?? []), trackId]);
    }
    for (const [kind, faulty] of found) await onFinding(kind, faulty);
    seen += page.length;
    onProgress?.(seen);
    if (page.length < TRACKS_A_PAGE) return seen;
    after = ids.at(-1);
  }
};

/** Clips by revision by track. */
const countClips = async (store: VectorStore, ids: readonly string[]) => {
  const counts = new Map<string, Map<string, number>>();
  for (const { trackId, content8 } of await store.clipKeysOf(ids)) {
    const revisions = counts.get(trackId) ?? new Map<string, number>();
    revisions.set(content8, (revisions.get(content8) ?? 0) + 1);
    counts.set(trackId, revisions);
  }
  return counts;
};

/** The worst that is wrong with a track: mending that mends what is lighter. */
const judge = (
  { contentId, clipCount }: TrackInSpace,
  track: Track | undefined,
  row: TrackRow | undefined,
  clips: ReadonlyMap<string, number>,
): FindingKind | undefined => {
  const content8 = content8Of(contentId);
  if (!row) return 'missing-track';
  if (row.content8 !== content8) return 'stale-track';
  if ((clips.get(content8) ?? 0) !== clipCount || row.clipCount !== clipCount) return 'missing-clips';
  if (clips.size > 1) return 'stale-clips';
  if (track && !hasFieldsOf(row, track)) return 'wrong-fields';
  return undefined;
};

const hasFieldsOf = ({ trackId, fields }: TrackRow, track: Track): boolean => {
  const expected = storedFields(trackId, filterFieldsOf(track, track.durationSeconds));
  return (
    fields.artist === expected.artist &&
    fields.album === expected.album &&
    fields.genre === expected.genre &&
    fields.year === expected.year &&
    Math.abs(fields.duration - expected.duration) < 1e-6 &&
    JSON.stringify(fields.tags) === JSON.stringify(expected.tags)
  );
};

const findWithoutSignature = async ({ catalogue, onFinding, signal }: VerifyOptions): Promise<void> => {
  for (let after: string | undefined; ; ) {
    signal.throwIfAborted();
    const page = await catalogue.contentsWithoutSignature({ after, limit: TRACKS_A_PAGE });
    await onFinding(
      'missing-signature',
      page.map(({ contentId }) => contentId),
    );
    if (page.length < TRACKS_A_PAGE) return;
    after = page.at(-1)?.contentId;
  }
};
