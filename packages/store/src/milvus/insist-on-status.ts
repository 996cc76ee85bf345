import type { MilvusClient } from '@zilliz/milvus2-sdk-node';

/** What gRPC hands to those who listen to an answer; the SDK does not export gRPC's types. */
interface Listener {
  onReceiveMetadata(metadata: unknown): void;
  onReceiveMessage(message: Answer): void;
  onReceiveStatus(status: { code: number; details: string }): void;
}
type Next = (options: unknown) => unknown;
type Interceptor = (options: unknown, next: Next) => unknown;

interface Status {
  error_code?: string | undefined;
  code?: number | undefined;
  reason?: string | undefined;
}
type Answer = (Status & { status?: Status | null }) | null | undefined;

const UNIMPLEMENTED = 12;
const UNKNOWN = 2;

/**
 * Makes the SDK see failures, and takes its retrying away.
 *
 * It looks at `error_code` alone, which newer servers leave at Success when they fail (`code` says so), reads fields of answers that have none, and
 * turns "unimplemented" into an empty answer. Corrected next to the wire, before the SDK's own code has them.
 * What retries is told to do so no time at all, yet writes every request and every answer out as JSON for a log that is off: a third of the time of
 * reading vectors.
 */
export const insistOnStatus = (client: MilvusClient): void => {
  const { interceptors } = client.channelOptions as unknown as { interceptors?: Interceptor[] };
  if (!Array.isArray(interceptors))
    throw new Error('the Milvus SDK has no list of interceptors any more: see insist-on-status.ts');
  if (!String(interceptors.at(-1)).includes('maxRetries'))
    throw new Error('the Milvus SDK does not retry last any more: see insist-on-status.ts');
  interceptors.pop();
  // The last one is nearest to the wire. Clients of the pool share this list.
  interceptors.push((options, next) => {
    const call = next(options) as { start(metadata: unknown, listener: Listener): void };
    const start = call.start.bind(call);
    call.start = (metadata, listener) => start(metadata, correcting(listener));
    return call;
  });
};

const correcting = (listener: Listener): Listener => ({
  onReceiveMetadata: (metadata) => listener.onReceiveMetadata(metadata),
  onReceiveMessage: (message) => listener.onReceiveMessage(corrected(message)),
  onReceiveStatus: (status) =>
    listener.onReceiveStatus(
      status.code === UNIMPLEMENTED
        ? { ...status, code: UNKNOWN, details: 'the server does not know this request' }
        : status,
    ),
});

const corrected = (answer: Answer): Answer => {
  if (answer === null || answer === undefined) return answer;
  if (answer.status === null)
    return { ...answer, status: { error_code: 'UnexpectedError', code: 0, reason: 'the answer is empty' } };
  const status = answer.status ?? answer;
  if (status.error_code === 'Success' && status.code) status.error_code = 'UnexpectedError';
  return answer;
};
