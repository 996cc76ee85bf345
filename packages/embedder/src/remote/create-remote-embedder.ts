import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { ERROR_TABLE, type ErrorCode, redactUrl, SoundalikeError } from '@soundalike/core';
import type { Embedder, EmbedInput, ModelInfo, Provider } from '../embedder.ts';
import { createNodes, type EmbedderNode, type NodeOptions } from './nodes.ts';
import { decodeVectors, EMBED_PATH, encodeWindows, type PcmFormat, SPACE_HEADER } from './wire.ts';

/** Windows in one request: few enough that several nodes share a track, many enough that headers do not matter. */
const WINDOWS_PER_REQUEST = 16;

/** A request that takes longer is given up and sent elsewhere, ms. */
const REQUEST_TIMEOUT_MS = 60_000;

/** How long nodes that are away are tried before the work is handed back, ms. */
const PATIENCE_MS = 20_000;

export interface RemoteEmbedderOptions {
  /** `http://host:port` or `https://…`; several are shared between. */
  readonly urls: readonly string[];
  readonly model: ModelInfo;
  readonly key?: string | undefined;
  readonly format?: PcmFormat | undefined;
  readonly patienceMs?: number | undefined;
  /** How names are looked up, and how often; DNS every 15 s unless told. */
  readonly names?: NodeOptions | undefined;
}

/**
 * An embedder on other hosts, see `serveEmbedder`. A node that is away or busy costs time, never a vector: the windows are sent again, to
 * another node where there is one. With format `s16` the samples are rounded to 16 bits on the way.
 *
 * @throws SoundalikeError `EMBEDDER_UNAVAILABLE` where no node answers, `SPACE_MISMATCH`, `UNAUTHORIZED`; from `embed` also what the
 *   service's own embedder throws, and `CANCELLED`
 */
export const createRemoteEmbedder = async (options: RemoteEmbedderOptions): Promise<Embedder> => {
  const { model, format = 's16', patienceMs = PATIENCE_MS } = options;
  const urls = options.urls.map(parse);
  const shown = urls.map(({ href }) => redactUrl(href)).join(', ');
  const nodes = createNodes(urls, options.names);
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const closed = new AbortController();

  const send = async (
    node: EmbedderNode,
    path: string,
    body: Buffer | undefined,
    signal: AbortSignal | undefined,
  ) => {
    try {
      return await exchange(node, path, body, { key: options.key, space: model.space, agents, signal });
    } finally {
      nodes.giveBack(node);
    }
  };

  /** Sends until a node answers, whichever it is. */
  const ask = async (
    path: string,
    body: Buffer | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> => {
    let last = 'no address was found';
    let deadline = Date.now() + patienceMs;
    for (;;) {
      if (signal?.aborted || closed.signal.aborted)
        throw new SoundalikeError('CANCELLED', 'Stopped while waiting for the embedding service');
      const node = await nodes.take();
      if (node) {
        try {
          const answer = await send(node, path, body, signal);
          if (answer.status !== 429 && answer.status !== 503) return answer;
          last = `${node.address} answers ${answer.status}`;
          nodes.rest(node, answer.retryAfterMs);
          // Busy is alive: patience is for nodes that are away.
          if (answer.status === 429) deadline = Date.now() + patienceMs;
        } catch (error) {
          if (signal?.aborted) continue;
          last = `${node.address}: ${(error as Error).message}`;
          nodes.rest(node);
        }
      }
      const next = await nodes.pick();
      const pause = next ? next.restUntil - Date.now() : 1_000;
      if (Date.now() + Math.max(pause, 0) > deadline)
        throw new SoundalikeError(
          'EMBEDDER_UNAVAILABLE',
          `No embedding service answers at ${shown} (${last})`,
        );
      // A little apart, so that workers do not all come back at once.
      if (pause > 0)
        await sleep(pause * (1 + Math.random() / 4), undefined, { signal }).catch(() => undefined);
    }
  };

  const health = await ask('/healthz', undefined, undefined);
  if (health.status !== 200) throw failure(health);
  const {
    space,
    provider,
    model: name,
  } = JSON.parse(health.body.toString()) as { space: string; provider: Provider; model: string };
  if (space !== model.space)
    throw new SoundalikeError(
      'SPACE_MISMATCH',
      `The embedding service at ${shown} embeds into space ${space} (model ${name}), here it is ${model.space} (model ${model.name})`,
      { fields: { remoteSpace: space, space: model.space } },
    );

  const embedSome = async (windows: readonly Float32Array[], signal: AbortSignal | undefined) => {
    const answer = await ask(`${EMBED_PATH}?format=${format}`, encodeWindows(windows, format), signal);
    if (answer.status !== 200) throw failure(answer);
    const vectors = decodeVectors(answer.body, windows.length);
    if (!vectors?.every((vector) => vector.every(Number.isFinite)) || answer.space !== model.space)
      throw new SoundalikeError(
        'EMBED_FAILED',
        `The embedding service at ${shown} gave ${answer.body.length} bytes that are not ${windows.length} vectors of space ${model.space}`,
      );
    return vectors;
  };

  return {
    model,
    provider,
    maxBatch: WINDOWS_PER_REQUEST,
    embed: async ({ windows, signal }: EmbedInput) => {
      const parts: Promise<Float32Array[]>[] = [];
      for (let at = 0; at < windows.length; at += WINDOWS_PER_REQUEST)
        parts.push(embedSome(windows.slice(at, at + WINDOWS_PER_REQUEST), signal));
      return (await Promise.all(parts)).flat();
    },
    close: async () => {
      closed.abort();
      agents.http.destroy();
      agents.https.destroy();
    },
  };
};

interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly space: string | undefined;
  readonly retryAfterMs: number | undefined;
}

const exchange = (
  { address, url }: EmbedderNode,
  path: string,
  body: Buffer | undefined,
  options: {
    key: string | undefined;
    space: string;
    agents: { http: HttpAgent; https: HttpsAgent };
    signal: AbortSignal | undefined;
  },
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const isSecure = url.protocol === 'https:';
    const request = (isSecure ? httpsRequest : httpRequest)(
      {
        host: address,
        port: url.port || (isSecure ? 443 : 80),
        servername: isSecure ? url.hostname : undefined,
        path: `${url.pathname.replace(/\/$/, '')}${path}`,
        method: body ? 'POST' : 'GET',
        agent: isSecure ? options.agents.https : options.agents.http,
        signal: options.signal,
        timeout: REQUEST_TIMEOUT_MS,
        headers: {
          host: url.host,
          [SPACE_HEADER]: options.space,
          ...(options.key ? { authorization: `Bearer ${options.key}` } : {}),
          ...(body ? { 'content-type': 'application/octet-stream', 'content-length': body.length } : {}),
        },
      },
      (response) => readAnswer(response).then(resolve, reject),
    );
    request.once('timeout', () => request.destroy(new Error(`no answer in ${REQUEST_TIMEOUT_MS / 1000} s`)));
    request.once('error', reject);
    request.end(body);
  });

const readAnswer = async (response: IncomingMessage): Promise<Answer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const after = Number(response.headers['retry-after']);
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks),
    space: response.headers[SPACE_HEADER] as string | undefined,
    retryAfterMs: Number.isFinite(after) ? after * 1000 : undefined,
  };
};

/** The service's error as ours: an item that kills its network is poison here, too. */
const failure = ({ status, body }: Answer): SoundalikeError => {
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

const parse = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new SoundalikeError(
    'CONFIG_INVALID',
    `EMBEDDER_URL must be http(s) addresses separated by commas, got "${redactUrl(text)}"`,
    { fields: { setting: 'EMBEDDER_URL' } },
  );
};
