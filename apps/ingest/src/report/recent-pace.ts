import type { EndedItem } from '@soundalike/catalogue';

/** Weights fall to a third in this time: long enough to be steady, short enough to follow what goes on, ms. */
const MEMORY_MS = 2 * 60_000;

/** Below this spread of lengths (standard deviation over mean), nothing can be learnt about what length costs. */
const MIN_SPREAD = 0.05;

/** How fast a run goes now, and what an item costs. */
export interface Pace {
  readonly itemsPerSecond: number;
  /** Mean of an item, embedded or not. */
  readonly audioSeconds: number;
  /** What an item takes whatever its length (start of ffmpeg, hash, rows), and for each second of audio, in seconds of a worker's hands. */
  readonly cost: { readonly each: number; readonly perAudioSecond: number };
}

/**
 * The pace of what ended lately, weighted exponentially.
 *
 * @param ended latest first; all that ended within `windowMs`, or the latest of them
 * @param now milliseconds since 1970
 * @returns null until something has ended
 */
export const recentPace = (ended: readonly EndedItem[], now: number, windowMs: number): Pace | null => {
  const oldest = ended.at(-1);
  if (!oldest) return null;
  const since = Math.max(Math.min(...ended.map(({ startedAt }) => startedAt)), now - windowMs);
  const weighted = ended.map((item) => ({ ...item, weight: Math.exp((item.finishedAt - now) / MEMORY_MS) }));
  const weight = sum(weighted.map((item) => item.weight));
  // What the weights of a steady stream would add up to over that time.
  const seconds = (MEMORY_MS / 1000) * (1 - Math.exp((since - now) / MEMORY_MS));
  if (weight === 0 || seconds <= 0) return null;
  const mean = (figure: (item: EndedItem) => number) =>
    sum(weighted.map((item) => item.weight * figure(item))) / weight;
  const audioSeconds = mean((item) => item.audioSeconds);
  return { itemsPerSecond: weight / seconds, audioSeconds, cost: costOf(mean, audioSeconds) };
};

/** Least squares of the time in hand over the length; neither part below zero. */
const costOf = (mean: (figure: (item: EndedItem) => number) => number, audio: number): Pace['cost'] => {
  const inHand = ({ startedAt, finishedAt }: EndedItem) => (finishedAt - startedAt) / 1000;
  const time = mean(inHand);
  const variance = mean((item) => (item.audioSeconds - audio) ** 2);
  // All alike: then time goes with length, as it does for most music.
  if (variance <= (MIN_SPREAD * audio) ** 2)
    return audio > 0 ? { each: 0, perAudioSecond: time / audio } : { each: time, perAudioSecond: 0 };
  const slope = mean((item) => (item.audioSeconds - audio) * (inHand(item) - time)) / variance;
  if (slope <= 0) return { each: time, perAudioSecond: 0 };
  return slope * audio >= time
    ? { each: 0, perAudioSecond: time / audio }
    : { each: time - slope * audio, perAudioSecond: slope };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
