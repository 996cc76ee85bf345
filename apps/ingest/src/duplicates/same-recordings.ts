import type { Catalogue, Track } from '@soundalike/catalogue';
import {
  matchSignature,
  SIGNATURE_LIMITS,
  type SignatureLimits,
  signatureFromBytes,
} from '@soundalike/embedder';
import type { VectorStore } from '@soundalike/store';

/** Tracks looked at in one round trip. */
const PAGE = 100;

/** Neighbours of each track that are compared with it. */
const NEIGHBOURS = 10;

/** Cosine of two tracks' means under which they are not compared: coding moves a mean by far less. */
const MIN_COSINE = 0.9;

/** Copies of one recording differ in length by what coders pad and editors trim, seconds. */
const LENGTH_TOLERANCE = 3;

/** Track times that the two share may be shifted by this much, seconds. */
const SHIFT = 5;

/** Share of the shorter track over which the signals must have been compared. */
const MIN_OVERLAP = 0.8;

/** Two tracks that are one recording, and what says so. */
export interface SameRecording {
  readonly trackIds: readonly [string, string];
  /** Share of differing bits of their signatures. */
  readonly errorRate: number;
  /** Time in the second = time in the first + this, seconds. */
  readonly offsetSeconds: number;
}

export interface SameRecordingDeps {
  readonly catalogue: Catalogue;
  readonly store: VectorStore;
  /** The model's; without it those of models that name none. */
  readonly limits?: SignatureLimits | undefined;
}

/**
 * Pairs of tracks of different content that are the same recording: other codecs, other bit rates, trimmed ends. Neighbours by vector are
 * compared by signature; memory stays bounded by a page of tracks.
 *
 * @yields each pair once, the smaller track id first
 */
export async function* findSameRecordings(
  deps: SameRecordingDeps,
  signal: AbortSignal,
): AsyncGenerator<SameRecording> {
  for (let after: string | undefined; !signal.aborted; ) {
    const page = await sameRecordingsAfter(deps, after, signal);
    yield* page.pairs;
    if (page.after === undefined) return;
    after = page.after;
  }
}

/** The pairs of one page of tracks, in the order of ids; `after` is where the next page begins, undefined at the end. */
export const sameRecordingsAfter = async (
  { catalogue, store, limits = SIGNATURE_LIMITS }: SameRecordingDeps,
  after: string | undefined,
  signal: AbortSignal,
): Promise<{ pairs: SameRecording[]; after: string | undefined }> => {
  const page = await store.scanTracks({ after, limit: PAGE });
  if (page.length === 0) return { pairs: [], after: undefined };
  const hits = await store.searchTracks({
    vectors: page.map(({ vector }) => vector),
    k: NEIGHBOURS,
    signal,
  });
  const candidates = page.flatMap(({ trackId }, row) =>
    (hits[row] ?? [])
      .filter((hit) => hit.score >= MIN_COSINE && hit.trackId > trackId)
      .map((hit): [string, string] => [trackId, hit.trackId]),
  );
  const pairs: SameRecording[] = [];
  for await (const pair of compare(candidates, catalogue, limits)) pairs.push(pair);
  return { pairs, after: page.at(-1)?.trackId };
};

async function* compare(
  pairs: readonly [string, string][],
  catalogue: Catalogue,
  limits: SignatureLimits,
): AsyncGenerator<SameRecording> {
  const tracks = await catalogue.getTracks([...new Set(pairs.flat())]);
  const signatures = await catalogue.getSignatures([...tracks.values()].map(({ contentId }) => contentId));
  const wordsOf = ({ contentId }: Track) => {
    const bytes = signatures.get(contentId);
    return bytes && signatureFromBytes(bytes);
  };
  for (const trackIds of pairs) {
    const [first, second] = trackIds.map((id) => tracks.get(id));
    if (!first || !second || first.contentId === second.contentId) continue;
    if (Math.abs(first.durationSeconds - second.durationSeconds) > LENGTH_TOLERANCE) continue;
    const [query, words] = [wordsOf(first), wordsOf(second)];
    if (!query || !words) continue;
    const strong = new Uint32Array(query.length).fill(0xff_ff_ff);
    const match = matchSignature([{ words: query, strong, shiftSeconds: 0 }], words, {
      offsetSeconds: 0,
      withinSeconds: SHIFT,
    });
    const shorter = Math.min(first.durationSeconds, second.durationSeconds);
    if (!match || match.errorRate > limits.all || match.overlapSeconds < shorter * MIN_OVERLAP) continue;
    yield {
      trackIds,
      errorRate: Math.round(match.errorRate * 1e4) / 1e4,
      offsetSeconds: Math.round(match.offsetSeconds * 100) / 100,
    };
  }
}
