import { SAMPLE_RATE } from '../embedder.ts';
import { SIGNATURE_HOP, type Signature } from './compute-signature.ts';

/** Shares of differing bits that tell recordings apart; limits are fitted by `bench/signature` and kept in a model's manifest. */
export interface SignatureLimits {
  /** The most that the same recording has, of the query's own strong bits: an excerpt. */
  readonly strong: number;
  /** Of all bits, where strong ones are not known: a stored track, as a whole. */
  readonly all: number;
  /** A recording whose share of strong bits is larger by this than another's in the same passage is a relative of that one: a take, a borrowed loop. */
  readonly margin: number;
}

/** For models whose manifest names none: the signature is the same for all of them. Figures: docs/decisions/0001. */
export const SIGNATURE_LIMITS: SignatureLimits = { strong: 0.14, all: 0.2, margin: 0.08 };

/** Seconds from one word to the next. */
const HOP_SECONDS = SIGNATURE_HOP / SAMPLE_RATE;

/** Shortest overlap that is looked at, words: 2.5 s. */
const MIN_OVERLAP = Math.ceil(2.5 / HOP_SECONDS);

/** Fewer strong bits than this say nothing: silence, or a single held tone. */
const MIN_BITS = 40;

/** In the first pass every so many words are compared; neighbouring words say much the same. */
const COARSE_STEP = 4;

/** Offsets kept after the first pass. */
const KEPT = 8;

/** Offsets beside a kept one that are looked at, too: the first pass may be one hop off. */
const NEIGHBOURS = [-1, 0, 1];

/** A query's signature whose first word starts `shiftSeconds` into the query. */
export interface ShiftedSignature extends Signature {
  readonly shiftSeconds: number;
}

/** Where query and track agree best. */
export interface SignatureMatch {
  /** Track time = query time + this, seconds. */
  readonly offsetSeconds: number;
  /** Share of the query's strong bits that differ in the overlap: 0 the same signal, 0.5 chance. */
  readonly errorRate: number;
  readonly overlapSeconds: number;
}

/**
 * Slides a query's signature along a track's and finds the offset with the fewest differing strong bits.
 *
 * @param queries the query's signature, and where wanted others of it shifted by parts of a hop
 * @param near offsets to look at, seconds each way around `offsetSeconds`; everywhere where left out
 * @returns undefined where they cannot overlap by 2.5 s
 */
export const matchSignature = (
  queries: readonly ShiftedSignature[],
  track: Uint32Array,
  near?: { offsetSeconds: number; withinSeconds: number },
): SignatureMatch | undefined => {
  let best: (SignatureMatch & { score: number }) | undefined;
  for (const [index, signature] of queries.entries()) {
    const query = counted(signature);
    // Shifted copies agree at the same hops; the first one says where to look.
    const offsets =
      index === 0 || best === undefined ? promising(query, track, near) : around(best, signature);
    for (const offset of offsets) {
      const compared = compare(query, track, offset, 1);
      if (!compared) continue;
      const score = excess(compared);
      if (best && score <= best.score) continue;
      best = {
        offsetSeconds: offset * HOP_SECONDS - signature.shiftSeconds,
        errorRate: compared.errorRate,
        overlapSeconds: compared.overlap * HOP_SECONDS,
        score,
      };
    }
  }
  if (!best) return undefined;
  const { score: _score, ...match } = best;
  return match;
};

/** A query's signature with its strong bits counted, which are the same at every offset of every track. */
interface Counted extends Signature {
  /** Strong bits of the words before each word, and of each `COARSE_STEP`th word before it. */
  readonly before: Readonly<Record<1 | typeof COARSE_STEP, Int32Array>>;
}

const known = new WeakMap<Signature, Counted>();

const counted = (signature: Signature): Counted => {
  const found = known.get(signature);
  if (found) return found;
  const { words, strong } = signature;
  const before = { 1: new Int32Array(words.length + 1), 4: new Int32Array(words.length + COARSE_STEP) };
  for (let i = 0; i < words.length; i++) {
    const bits = bitCount(strong[i] as number);
    before[1][i + 1] = (before[1][i] as number) + bits;
    before[4][i + COARSE_STEP] = (before[4][i] as number) + bits;
  }
  const made = { words, strong, before };
  known.set(signature, made);
  return made;
};

interface Compared {
  readonly errorRate: number;
  /** Strong bits that were compared. */
  readonly bits: number;
  /** Words. */
  readonly overlap: number;
}

/** How far beyond chance an agreement is: many bits need to agree less than few. */
const excess = ({ errorRate, bits }: Compared): number => (0.5 - errorRate) * Math.sqrt(bits);

const around = (best: SignatureMatch, { shiftSeconds }: ShiftedSignature): number[] => {
  const hops = Math.round((best.offsetSeconds + shiftSeconds) / HOP_SECONDS);
  return NEIGHBOURS.map((step) => hops + step);
};

const promising = (
  query: Counted,
  track: Uint32Array,
  near: { offsetSeconds: number; withinSeconds: number } | undefined,
): number[] => {
  const needed = Math.min(MIN_OVERLAP, query.words.length, track.length);
  let from = needed - query.words.length;
  let to = track.length - needed;
  if (near) {
    from = Math.max(from, Math.floor((near.offsetSeconds - near.withinSeconds) / HOP_SECONDS));
    to = Math.min(to, Math.ceil((near.offsetSeconds + near.withinSeconds) / HOP_SECONDS));
  }
  const found: { offset: number; score: number }[] = [];
  for (let offset = from; offset <= to; offset++) {
    const compared = compare(query, track, offset, COARSE_STEP);
    if (compared) found.push({ offset, score: excess(compared) });
  }
  const kept = found.sort((a, b) => b.score - a.score).slice(0, KEPT);
  return [...new Set(kept.flatMap(({ offset }) => NEIGHBOURS.map((step) => offset + step)))];
};

const compare = (
  { words, strong, before }: Counted,
  track: Uint32Array,
  offset: number,
  step: 1 | typeof COARSE_STEP,
): Compared | undefined => {
  const from = Math.max(0, -offset);
  const to = Math.min(words.length, track.length - offset);
  if (to <= from) return undefined;
  const beyond = from + Math.ceil((to - from) / step) * step;
  const bits = (before[step][beyond] as number) - (before[step][from] as number);
  if (bits < MIN_BITS) return undefined;
  let differing = 0;
  for (let i = from; i < to; i += step)
    differing += bitCount(((words[i] as number) ^ (track[i + offset] as number)) & (strong[i] as number));
  return { errorRate: differing / bits, bits: bits * step, overlap: to - from };
};

/** Set bits of a 32-bit number (Hacker's Delight, 2nd ed., fig. 5-2). */
const bitCount = (value: number): number => {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
};
