import { toSoundalikeError } from '@soundalike/core';
import { AWAY_PAUSE_MS, backoffMs, MAX_ATTEMPTS } from './backoff.ts';

/** What becomes of a job after its handler threw. */
export type Verdict =
  | { readonly kind: 'drop' }
  | { readonly kind: 'again'; readonly delayMs: number; readonly countAttempt: boolean };

/** One rule for all queues: permanent errors and spent attempts end a job, the rest comes back. */
export const verdictOf = (
  error: unknown,
  attempt: number,
  backoff: (attempt: number) => number = backoffMs,
): Verdict => {
  const { code, policy } = toSoundalikeError(error);
  if (!policy.countsAttempt && policy.retryable)
    return {
      kind: 'again',
      delayMs: code === 'CANCELLED' ? 0 : Math.min(backoff(1), AWAY_PAUSE_MS),
      countAttempt: false,
    };
  if (!policy.retryable || attempt >= MAX_ATTEMPTS) return { kind: 'drop' };
  return { kind: 'again', delayMs: backoff(attempt), countAttempt: true };
};
