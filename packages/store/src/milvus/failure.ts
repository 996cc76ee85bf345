import type { ErrorCode } from '@soundalike/core';

/** What a failed call means. */
export interface Failure {
  readonly code: ErrorCode;
  /** Whether the same call may succeed a little later. */
  readonly passing: boolean;
  /** Milvus' or gRPC's own words, on one line. */
  readonly detail: string;
}

/** The part of an answer that says whether it succeeded. */
interface Status {
  readonly error_code?: string | number;
  readonly code?: number;
  readonly reason?: string;
  readonly detail?: string;
  readonly retriable?: boolean;
}

/** gRPC: cancelled by a closing channel, deadline, exhausted, aborted, internal (a reset stream), unavailable. */
const PASSING_GRPC = new Set([1, 4, 8, 10, 13, 14]);
const UNAUTHENTICATED_GRPC = new Set([7, 16]);

/** Milvus: service not ready, unavailable, out of memory, request limit, not enough resources, rate limits. */
const PASSING_MILVUS = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9]);

/** Collection not loaded yet or loading, channels and segments on their way: after a restart of the server. */
const RECOVERING_MILVUS = new Set([
  101, 103, 106, 201, 202, 300, 301, 302, 500, 501, 503, 505, 901, 903, 904,
]);

const RECOVERING_WORDS =
  /not ready|not loaded|unavailable|no available|not available|channel not|recovering|rate limit|timeout|deadline|out of memory|node offline|leader|not fully loaded|connection refused|shutting down|initializing/i;

/** The error inside of an answer; undefined when it truly succeeded. */
export const statusFailure = (answer: unknown): Error | undefined => {
  const status = ((answer as { status?: Status })?.status ?? answer) as Status | undefined;
  // The SDK turns "unimplemented" into an empty answer.
  if (
    status === undefined ||
    status === null ||
    typeof status !== 'object' ||
    status.error_code === undefined
  )
    return new Error('the server does not know this request');
  const succeeded = (status.error_code === 'Success' || status.error_code === 0) && !status.code;
  if (succeeded) return undefined;
  return Object.assign(new Error(wordsOf(status)), { status });
};

const wordsOf = ({ reason, detail, error_code }: Status): string => reason || detail || `${error_code}`;

/** Sorts what was thrown. */
export const failureOf = (error: unknown): Failure => {
  const status = (error as { status?: Status })?.status;
  // The SDK also throws bare answers.
  const words = (error as Error)?.message ?? (status ? wordsOf(status) : String(error));
  const detail = words.split('\n')[0]?.slice(0, 500) ?? '';
  // Half a success may be a whole one next time; a server that goes on so is at fault, not away.
  if ((error as { isIncomplete?: boolean })?.isIncomplete)
    return { code: 'STORE_REJECTED', passing: true, detail };
  if (status) {
    const { code = 0, retriable = false, reason = '' } = status;
    if (/auth|password|permission deny|privilege/i.test(reason) && !retriable)
      return { code: 'CONFIG_INVALID', passing: false, detail };
    const passing =
      retriable || PASSING_MILVUS.has(code) || RECOVERING_MILVUS.has(code) || RECOVERING_WORDS.test(reason);
    return { code: passing ? 'STORE_UNAVAILABLE' : 'STORE_REJECTED', passing, detail };
  }
  const code = (error as { code?: unknown })?.code;
  if (typeof code === 'number' && UNAUTHENTICATED_GRPC.has(code))
    return { code: 'CONFIG_INVALID', passing: false, detail };
  const passing =
    (typeof code === 'number' && PASSING_GRPC.has(code)) ||
    /connect|closed|drop|ECONN|ENOTFOUND/i.test(detail);
  return { code: passing ? 'STORE_UNAVAILABLE' : 'STORE_REJECTED', passing, detail };
};
