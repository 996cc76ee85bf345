/** Attempts before an item fails for good. */
export const MAX_ATTEMPTS = 8;

/** Pause before an attempt that costs none (a server was away), ms. */
export const AWAY_PAUSE_MS = 5_000;

/** First pause after a failed attempt, ms; doubles each time, at most an hour. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** Exponential backoff with full jitter (half fixed, half random), ms, after the given attempt (from 1). */
export const backoffMs = (attempt: number, random: () => number = Math.random): number => {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
  return Math.round(pause / 2 + (pause / 2) * random());
};
