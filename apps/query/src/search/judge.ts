import type { ModelInfo, ScoreCalibration } from '@soundalike/embedder';
import type { ClipRow } from '@soundalike/store';
import { type Alignment, bestAlignment, maxSimilarity, similarityMatrix } from './align.ts';
import { floorOf } from './floor-of.ts';
import type { Match, Verdict } from './search-answer.ts';
import type { QuerySeed } from './seed-windows.ts';
import type { Stopwatch } from './stopwatch.ts';
import { type VerifiedPassage, verifySignature } from './verify-signature.ts';

/** Length of a clip, ms. */
const CLIP_MS = (59_049 / 22_050) * 1000;

/** Passages shown of a track that sounds alike. */
const MAX_PASSAGES = 3;

/** Shortest overlap that may be called the same recording, ms: two clips. */
const MIN_OVERLAP_MS = 2 * CLIP_MS;

export interface Judgement {
  /** Cosine: how alike the two sound. */
  readonly similarity: number;
  readonly isSameRecording: boolean;
  /** Share of differing bits of the signals where they were compared and agree. */
  readonly errorRate?: number | undefined;
  /** The same for each piece of the query that agrees. */
  readonly pieces?: VerifiedPassage['pieces'] | undefined;
  readonly alignment: Alignment | undefined;
  readonly matches: readonly Match[];
  /** Cosine of each query window with the best clip of the track. */
  readonly strip: readonly number[];
}

export interface JudgedTrack {
  readonly clips: readonly ClipRow[];
  readonly durationMs: number;
  /** Words of its spectral signature; undefined where none is kept yet. */
  readonly signature?: Uint32Array | undefined;
}

/**
 * Compares a query with one track: how alike, the same recording or not, and which passages match. With both signatures, the signal itself
 * decides whether it is the same recording; without, a run of clips at one constant offset has to do.
 */
export const judge = (
  query: QuerySeed,
  track: JudgedTrack,
  { calibration, signature: limits }: Pick<ModelInfo, 'calibration' | 'signature'>,
  watch: Stopwatch,
): Judgement => {
  const { matrix, alike, alignment } = watch.timeSync('align', () => align(query, track.clips));
  const strip = stripOf(matrix);
  const { signature: ours } = query;
  const { signature: theirs } = track;
  if (ours && theirs) {
    const verified = watch.timeSync('verify', () =>
      verifySignature(ours, theirs, alignment?.offsetMs, limits),
    );
    const compared = { similarity: alike, alignment, strip };
    return verified
      ? {
          ...compared,
          isSameRecording: true,
          errorRate: verified.errorRate,
          pieces: verified.pieces,
          matches: [matchOf(verified)],
        }
      : { ...compared, isSameRecording: false, matches: passages(query, track, matrix, calibration) };
  }
  const overlap = alignment && overlapOf(query, track.durationMs, alignment);
  const isSameRecording =
    alignment !== undefined &&
    overlap !== undefined &&
    overlap.trackTo - overlap.trackFrom >= MIN_OVERLAP_MS / 1000 &&
    alignment.similarity >= calibration.sameRecording;
  const similarity = isSameRecording ? Math.max(alike, alignment.similarity) : alike;
  return {
    similarity,
    isSameRecording,
    alignment,
    strip,
    matches:
      isSameRecording && overlap
        ? [{ ...overlap, score: scoreOf(similarity, calibration) }]
        : passages(query, track, matrix, calibration),
  };
};

/** The same comparison where something else tells that the track is another recording. */
export const judgeAlike = (
  query: QuerySeed,
  track: JudgedTrack,
  calibration: ScoreCalibration,
  watch: Stopwatch,
): Judgement => {
  const { matrix, alike, alignment } = watch.timeSync('align', () => align(query, track.clips));
  return {
    similarity: alike,
    isSameRecording: false,
    alignment,
    strip: stripOf(matrix),
    matches: passages(query, track, matrix, calibration),
  };
};

const align = (query: QuerySeed, clips: readonly ClipRow[]) => {
  const matrix = similarityMatrix(query, clips);
  return { matrix, alike: maxSimilarity(matrix), alignment: bestAlignment(query, clips, matrix) };
};

const stripOf = (matrix: readonly Float32Array[]): number[] =>
  matrix.map((row) => round(Math.max(...row), 3));

const matchOf = ({ offsetMs, fromMs, toMs, errorRate }: VerifiedPassage): Match => ({
  queryFrom: seconds(fromMs),
  queryTo: seconds(toMs),
  trackFrom: seconds(fromMs + offsetMs),
  trackTo: seconds(toMs + offsetMs),
  score: round(1 - errorRate, 4),
});

/** The score of a whole judgement: of the same recording at least the share of the signal that agrees. */
export const judgedScore = (
  { similarity, errorRate }: Pick<Judgement, 'similarity' | 'errorRate'>,
  calibration: ScoreCalibration,
): number =>
  Math.max(scoreOf(similarity, calibration), errorRate === undefined ? 0 : round(1 - errorRate, 4));

/** A cosine on the calibrated scale 0..1. */
export const scoreOf = (similarity: number, { midpoint, slope }: ScoreCalibration): number =>
  round(1 / (1 + Math.exp(-(similarity - midpoint) * slope)), 4);

/** Whether the best answer means anything in a catalogue of this many tracks: the more there are, the closer chance comes. */
export const isClose = (similarity: number, tracks: number, calibration: ScoreCalibration): boolean =>
  similarity >= floorOf(tracks, calibration);

export const verdictOf = (
  { isSameRecording, similarity }: Pick<Judgement, 'isSameRecording' | 'similarity'>,
  tracks: number,
  calibration: ScoreCalibration,
): Verdict => {
  if (isSameRecording) return 'same-recording';
  return isClose(similarity, tracks, calibration) ? 'sounds-like' : 'nothing-close';
};

/** Where query and track overlap at an offset; seconds. */
const overlapOf = (query: QuerySeed, trackMs: number, { offsetMs }: Alignment): Omit<Match, 'score'> => {
  const start = query.windows[0]?.startMs ?? 0;
  const from = Math.max(start, -offsetMs);
  const to = Math.min(start + query.durationMs, trackMs - offsetMs);
  return {
    queryFrom: seconds(from),
    queryTo: seconds(to),
    trackFrom: seconds(from + offsetMs),
    trackTo: seconds(to + offsetMs),
  };
};

/** The pairs of window and clip that are most alike, no part of query or track shown twice. */
const passages = (
  query: QuerySeed,
  track: JudgedTrack,
  matrix: readonly Float32Array[],
  calibration: ScoreCalibration,
): Match[] => {
  const pairs = query.windows
    .flatMap(({ startMs: queryMs }, row) =>
      track.clips.map(({ startMs: trackMs }, column) => ({
        queryMs,
        trackMs,
        similarity: matrix[row]?.[column] ?? -1,
      })),
    )
    .sort((a, b) => b.similarity - a.similarity);
  const chosen: typeof pairs = [];
  for (const pair of pairs) {
    if (chosen.length >= MAX_PASSAGES) break;
    if (
      chosen.every(
        (other) =>
          Math.abs(other.queryMs - pair.queryMs) >= CLIP_MS &&
          Math.abs(other.trackMs - pair.trackMs) >= CLIP_MS,
      )
    )
      chosen.push(pair);
  }
  return chosen.map(({ queryMs, trackMs, similarity }) => ({
    queryFrom: seconds(queryMs),
    queryTo: seconds(queryMs + CLIP_MS),
    trackFrom: seconds(trackMs),
    trackTo: seconds(Math.min(trackMs + CLIP_MS, track.durationMs)),
    score: scoreOf(similarity, calibration),
  }));
};

const seconds = (milliseconds: number): number => round(milliseconds / 1000, 2);

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;
