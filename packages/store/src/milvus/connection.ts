import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, redactUrl, SoundalikeError } from '@soundalike/core';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { failureOf, statusFailure } from './failure.ts';
import { insistOnStatus } from './insist-on-status.ts';
import { parseMilvusUrl } from './milvus-url.ts';

/** How long the server may take to say hello, ms. */
const CONNECT_MS = 10_000;

/** How long a server that never answered is tried: it may have been started together with us, or the address is wrong. */
const FIRST_PATIENCE_MS = 5_000;

/** Pauses between tries while the server is away double from here, ms. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

export interface CallLimits {
  /** Time of one request, ms; the SDK would wait a day. */
  readonly timeoutMs?: number;
  /** How long to go on trying while the server is away or not ready, ms. Everything sent here may be repeated. */
  readonly patienceMs?: number;
}

export interface CallOptions<Answer> extends CallLimits {
  /** What is wrong with an answer that calls itself a success, `2 of 3 rows` say. It is asked for again like any passing failure. */
  readonly lacks?: (answer: Answer) => string | undefined;
}

export interface MilvusConnection {
  /** The URL without its password. */
  readonly url: string;
  /**
   * The only way to Milvus: the answer, or an error. The SDK reports failures inside of answers, and servers that do not
   * know a request answer with nothing; both become errors here.
   *
   * @throws SoundalikeError `STORE_UNAVAILABLE`, `STORE_REJECTED`, or `CONFIG_INVALID` for a wrong login
   */
  call<Answer>(
    what: string,
    request: (client: MilvusClient, timeout: number) => Promise<Answer>,
    options?: CallOptions<Answer>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** A connection made on first use and made anew when it could not be made; gRPC itself comes back to a restarted server. */
export const connectMilvus = (url: string, logger: Logger): MilvusConnection => {
  const shown = redactUrl(url);
  const settings = parseMilvusUrl(url);
  let client: Promise<MilvusClient> | undefined;
  let wasConnected = false;

  const connected = (): Promise<MilvusClient> => {
    client ??= connect(settings).then(
      (open) => {
        wasConnected = true;
        return open;
      },
      (error) => {
        client = undefined;
        throw error;
      },
    );
    return client;
  };

  return {
    url: shown,
    call: async (what, request, { timeoutMs = 10_000, patienceMs = 5_000, lacks } = {}) => {
      const since = Date.now();
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        try {
          const answer = await request(await connected(), timeoutMs);
          const failure = statusFailure(answer) ?? incompleteness(lacks?.(answer));
          if (failure) throw failure;
          return answer;
        } catch (error) {
          const { code, passing, detail } = failureOf(error);
          const patience = wasConnected ? patienceMs : Math.min(patienceMs, FIRST_PATIENCE_MS);
          if (!passing || Date.now() - since + pause > patience)
            throw new SoundalikeError(code, `Milvus at ${shown} failed to ${what}: ${detail}`, {
              detail,
              cause: error,
            });
          logger.debug({ what, detail }, 'milvus is not ready, trying again');
          await sleep(pause * (0.75 + Math.random() / 2));
        }
      }
    },
    close: async () => {
      const open = await client?.catch(() => undefined);
      client = undefined;
      await open?.closeConnection();
    },
  };
};

const incompleteness = (what: string | undefined): Error | undefined =>
  what === undefined ? undefined : Object.assign(new Error(what), { isIncomplete: true });

const connect = async (settings: ReturnType<typeof parseMilvusUrl>): Promise<MilvusClient> => {
  const client = new MilvusClient({
    ...settings,
    timeout: CONNECT_MS,
    // Its retries ask for a fresh deadline each time and would hide how long a call takes.
    maxRetries: 0,
    logLevel: 'error',
    telemetry: { enabled: false },
    channelOptions: {
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 3_000,
      'grpc.enable_retries': 0,
    },
  });
  insistOnStatus(client);
  try {
    // The constructor connects; left alone, its failure would be an unhandled rejection and end the process.
    await client.connectPromise;
    return client;
  } catch (error) {
    await client.closeConnection().catch(() => undefined);
    throw error;
  }
};
