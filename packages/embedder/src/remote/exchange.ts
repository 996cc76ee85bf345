import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ERROR_TABLE, type ErrorCode, SoundalikeError } from '@soundalike/core';
import type { EmbedderNode } from './nodes.ts';
import { WEIGHTS_HEADER } from './wire.ts';

/** A request that takes longer is given up and sent elsewhere, ms. */
const REQUEST_TIMEOUT_MS = 60_000;

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
        const isSecure = url.protocol === 'https:';
        const request = (isSecure ? httpsRequest : httpRequest)(
          {
            host: address,
            port: url.port || (isSecure ? 443 : 80),
            servername: isSecure ? url.hostname : undefined,
            path: `${url.pathname.replace(/\/$/, '')}${path}`,
            method: body ? 'POST' : 'GET',
            agent: isSecure ? agents.https : agents.http,
            signal,
            timeout: REQUEST_TIMEOUT_MS,
            headers: {
              host: url.host,
              [WEIGHTS_HEADER]: options.weights,
              ...(options.key ? { authorization: `Bearer ${options.key}` } : {}),
              ...(body ? { 'content-type': 'application/octet-stream', 'content-length': body.length } : {}),
            },
          },
          (response) => readAnswer(response).then(resolve, reject),
        );
        request.once('timeout', () =>
          request.destroy(new Error(`no answer in ${REQUEST_TIMEOUT_MS / 1000} s`)),
        );
        request.once('error', reject);
        request.end(body);
      }),
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
};

const readAnswer = async (response: IncomingMessage): Promise<Answer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
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
