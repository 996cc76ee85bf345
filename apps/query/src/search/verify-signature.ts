import {
  matchSignature,
  type ShiftedSignature,
  SIGNATURE_HOP,
  type Signature,
  type SignatureLimits,
  type SignatureMatch,
} from '@soundalike/embedder';

/** Seconds from one word of a signature to the next. */
const HOP_SECONDS = SIGNATURE_HOP / 22_050;

/** A query is checked in pieces of this length, so that a passage inside something longer is found, words: 10 s. */
const SEGMENT_WORDS = Math.round(10 / HOP_SECONDS);

/** A remainder shorter than this joins the piece before it, words: 5 s. */
const MIN_SEGMENT_WORDS = Math.round(5 / HOP_SECONDS);

/** Around the offset at which the embeddings agree, seconds: one clip. */
const NEAR_SECONDS = 3;

/** A query of up to so many pieces is slid along the whole track where the embeddings name no offset or a wrong one. */
const MAX_FREE_SEGMENTS = 2;

/** Pieces whose offsets differ by less continue each other, seconds. */
const SAME_OFFSET = 0.15;

/** What a query brings for the second check. */
export interface QuerySignature {
  /** The signature, and copies shifted by parts of a hop; times count from `startMs`. */
  readonly shifted: readonly ShiftedSignature[];
  readonly startMs: number;
  /** Strong bits are known (audio), or all bits count (a stored track). */
  readonly bits: 'strong' | 'all';
}

/** A stretch of the query that is the same signal as the track. */
export interface VerifiedPassage {
  /** Track time = query time + offset, ms. */
  readonly offsetMs: number;
  /** Query time, ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Of its worst piece. */
  readonly errorRate: number;
  /** The pieces of the query that it is made of, by their place among all, and how well each agrees. */
  readonly pieces: readonly { readonly place: number; readonly errorRate: number }[];
}

/**
 * The second check behind `same-recording`: whether the signals themselves agree, and where exactly. Embeddings are trained to be alike
 * across a track, so they cannot tell takes and loops apart; the signature can.
 *
 * @param hintMs the offset at which the embeddings agree best
 * @param limits share of differing bits up to which they agree
 * @returns the longest agreeing stretch, or undefined
 */
export const verifySignature = (
  query: QuerySignature,
  track: Uint32Array,
  hintMs: number | undefined,
  limits: SignatureLimits,
): VerifiedPassage | undefined => {
  const accepted = (match: SignatureMatch | undefined) =>
    match && match.errorRate <= limits[query.bits] ? match : undefined;
  const segments = segmentsOf(query);
  const found = segments.flatMap(({ shifted, startMs, words }, place) => {
    const hint =
      hintMs === undefined
        ? undefined
        : { offsetSeconds: (hintMs + startMs) / 1000, withinSeconds: NEAR_SECONDS };
    const near = hint && accepted(matchSignature(shifted, track, hint));
    const match =
      near ?? (segments.length <= MAX_FREE_SEGMENTS ? accepted(matchSignature(shifted, track)) : undefined);
    if (!match) return [];
    const offsetMs = match.offsetSeconds * 1000 - startMs;
    return [
      {
        offsetMs,
        fromMs: Math.max(startMs, -offsetMs),
        toMs: Math.min(
          startMs + (words + 3) * HOP_SECONDS * 1000,
          (track.length + 3) * HOP_SECONDS * 1000 - offsetMs,
        ),
        errorRate: match.errorRate,
        pieces: [{ place, errorRate: match.errorRate }],
      },
    ];
  });
  return longest(joined(found));
};

interface Segment {
  readonly startMs: number;
  readonly words: number;
  readonly shifted: readonly ShiftedSignature[];
}

const known = new WeakMap<QuerySignature, readonly Segment[]>();

/** The pieces of a query: the same for every candidate. */
const segmentsOf = (query: QuerySignature): readonly Segment[] => {
  const found = known.get(query);
  if (found) return found;
  const cut = cutSegments(query);
  known.set(query, cut);
  return cut;
};

const cutSegments = ({ shifted, startMs }: QuerySignature): Segment[] => {
  const length = shifted[0]?.words.length ?? 0;
  const count = Math.max(1, Math.floor((length + SEGMENT_WORDS - MIN_SEGMENT_WORDS) / SEGMENT_WORDS));
  return Array.from({ length: count }, (_, index) => {
    const from = index * SEGMENT_WORDS;
    const to = index === count - 1 ? length : from + SEGMENT_WORDS;
    return {
      startMs: startMs + from * HOP_SECONDS * 1000,
      words: to - from,
      shifted: shifted.map((signature) => ({
        ...part(signature, from, to),
        shiftSeconds: signature.shiftSeconds,
      })),
    };
  });
};

const part = ({ words, strong }: Signature, from: number, to: number): Signature => ({
  words: words.subarray(from, to),
  strong: strong.subarray(from, to),
});

const joined = (passages: readonly VerifiedPassage[]): VerifiedPassage[] => {
  const runs: VerifiedPassage[] = [];
  for (const passage of passages) {
    const last = runs.at(-1);
    const continues =
      last &&
      Math.abs(last.offsetMs - passage.offsetMs) < SAME_OFFSET * 1000 &&
      passage.fromMs - last.toMs < HOP_SECONDS * 4000;
    if (continues)
      runs[runs.length - 1] = {
        ...last,
        toMs: passage.toMs,
        errorRate: Math.max(last.errorRate, passage.errorRate),
        pieces: [...last.pieces, ...passage.pieces],
      };
    else runs.push(passage);
  }
  return runs;
};

const longest = (passages: readonly VerifiedPassage[]): VerifiedPassage | undefined =>
  passages.reduce<VerifiedPassage | undefined>(
    (best, passage) => (best && best.toMs - best.fromMs >= passage.toMs - passage.fromMs ? best : passage),
    undefined,
  );
