import { SAMPLE_RATE } from '../embedder.ts';
import { SIGNATURE_BITS, SIGNATURE_HOP } from './compute-signature.ts';

/** Seconds from one word to the next. */
const HOP_SECONDS = SIGNATURE_HOP / SAMPLE_RATE;

/** Shortest overlap that is looked at, words: 3 s. */
const MIN_OVERLAP = Math.ceil(3 / HOP_SECONDS);

/** In the first pass every so many words are compared; neighbouring words say much the same. */
const COARSE_STEP = 4;

/** Offsets kept after the first pass. */
const KEPT = 5;

/** Where query and track agree best. */
export interface SignatureMatch {
  /** Track time = query time + this, seconds. */
  readonly offsetSeconds: number;
  /** Share of differing bits in the overlap: 0 the same signal, 0.5 chance. */
  readonly errorRate: number;
  readonly overlapSeconds: number;
}

/**
 * Slides a query's signature along a track's and finds the offset with the fewest differing bits.
 *
 * @param queries the query's signature, and where wanted others of it shifted by parts of a hop, with their shift in seconds
 * @returns undefined where they cannot overlap by 3 s
 */
export const matchSignature = (
  queries: readonly { words: Uint32Array; shiftSeconds: number }[],
  track: Uint32Array,
): SignatureMatch | undefined => {
  let best: (SignatureMatch & { score: number }) | undefined;
  for (const { words, shiftSeconds } of queries) {
    for (const offset of promising(words, track)) {
      const { errorRate, overlap } = compare(words, track, offset, 1);
      const score = excess(errorRate, overlap);
      if (!best || score > best.score)
        best = {
          offsetSeconds: offset * HOP_SECONDS - shiftSeconds,
          errorRate,
          overlapSeconds: overlap * HOP_SECONDS,
          score,
        };
    }
  }
  if (!best) return undefined;
  const { score: _score, ...match } = best;
  return match;
};

/** How far beyond chance an agreement is: a long overlap needs fewer equal bits than a short one. */
const excess = (errorRate: number, overlap: number): number => (0.5 - errorRate) * Math.sqrt(overlap);

const promising = (query: Uint32Array, track: Uint32Array): number[] => {
  const found: { offset: number; score: number }[] = [];
  const needed = Math.min(MIN_OVERLAP, query.length, track.length);
  for (let offset = needed - query.length; offset <= track.length - needed; offset++) {
    const { errorRate, overlap } = compare(query, track, offset, COARSE_STEP);
    found.push({ offset, score: excess(errorRate, overlap) });
  }
  return found
    .sort((a, b) => b.score - a.score)
    .slice(0, KEPT)
    .map(({ offset }) => offset);
};

const compare = (
  query: Uint32Array,
  track: Uint32Array,
  offset: number,
  step: number,
): { errorRate: number; overlap: number } => {
  const from = Math.max(0, -offset);
  const to = Math.min(query.length, track.length - offset);
  let differing = 0;
  let compared = 0;
  for (let i = from; i < to; i += step) {
    differing += bitCount((query[i] as number) ^ (track[i + offset] as number));
    compared += 1;
  }
  return { errorRate: compared === 0 ? 1 : differing / (compared * SIGNATURE_BITS), overlap: to - from };
};

/** Set bits of a 32-bit number (Hacker's Delight, 2nd ed., fig. 5-2). */
const bitCount = (value: number): number => {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
};
