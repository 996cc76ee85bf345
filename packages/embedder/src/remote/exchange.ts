import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ERROR_TABLE, type ErrorCode, SoundalikeError } from '@soundalike/core';
import type { EmbedderNode } from './nodes.ts';
import { WEIGHTS_HEADER } from './wire.ts';

/** A request that takes longer as a whole is given up and sent elsewhere, ms. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Far above the vectors of `MAX_WINDOWS` windows (128 kB) or an error's words: what is longer is not an embedder, bytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** Of the network that answered. */
  readonly weights: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** Sends one request to one node; connections are kept. */
export interface Exchange {
  send(
    node: EmbedderNode,
    request: { path: string; body?: Buffer | undefined; signal?: AbortSignal | undefined },
  ): Promise<Answer>;
  close(): void;
}

export const createExchange = (options: { key: string | undefined; weights: string }): Exchange => {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  return {
    send: ({ address, url }, { path, body, signal }) =>
      new Promise((resolve, reject) => {
        const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
        const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
        const isSecure = url.protocol === 'https:';
        const request = (isSecure ? httpsRequest : httpRequest)(
          {
            host: address,
            port: url.port || (isSecure ? 443 : 80),
            servername: isSecure ? url.hostname : undefined,
            path: `${url.pathname.replace(/\/$/, '')}${path}`,
            method: body ? 'POST' : 'GET',
            agent: isSecure ? agents.https : agents.http,
            signal: either,
            headers: {
              host: url.host,
              [WEIGHTS_HEADER]: options.weights,
              ...(options.key ? { authorization: `Bearer ${options.key}` } : {}),
              ...(body ? { 'content-type': 'application/octet-stream', 'content-length': body.length } : {}),
            },
          },
          (response) => readAnswer(response).then(resolve, (error) => reject(reasonOf(error, timeout))),
        );
        request.once('error', (error) => reject(reasonOf(error, timeout)));
        request.end(body);
      }),
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
};

const reasonOf = (error: unknown, timeout: AbortSignal): unknown =>
  timeout.aborted ? new Error(`no answer in ${REQUEST_TIMEOUT_MS / 1000} s`, { cause: error }) : error;

const readAnswer = async (response: IncomingMessage): Promise<Answer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the response and its connection.
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`its answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  const after = Number(response.headers['retry-after']);
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks),
    weights: response.headers[WEIGHTS_HEADER] as string | undefined,
    retryAfterMs: Number.isFinite(after) ? after * 1000 : undefined,
  };
};

/** The service's error as ours: an item that kills its network is poison here, too. */
export const failureOf = ({ status, body }: Answer): SoundalikeError => {
  const problem = parseProblem(body);
  const code =
    problem.code !== undefined && problem.code in ERROR_TABLE ? (problem.code as ErrorCode) : undefined;
  return new SoundalikeError(
    code ?? 'EMBEDDER_UNAVAILABLE',
    `The embedding service answers ${status}: ${problem.detail ?? body.toString().slice(0, 200)}`,
  );
};

const parseProblem = (body: Buffer): { code?: string; detail?: string } => {
  try {
    return JSON.parse(body.toString());
  } catch {
    return {};
  }
};
