import { redactUrl, SoundalikeError } from '@soundalike/core';
import type { Embedder, EmbedInput, ModelInfo } from '../embedder.ts';
import { createAskNodes } from './ask-nodes.ts';
import { createExchange, failureOf } from './exchange.ts';
import { createNodes, type NodeOptions } from './nodes.ts';
import { decodeVectors, EMBED_PATH, encodeWindows, type PcmFormat } from './wire.ts';

/** Windows in one request: few enough that several nodes share a track, many enough that headers do not matter. */
const WINDOWS_PER_REQUEST = 16;

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
 * An embedder on other hosts, see `serveEmbedder`. Nodes of other models are passed over. A node that is away or busy costs time, never a
 * vector: the windows are sent again, to another node where there is one. With format `s16` the samples are rounded to 16 bits on the way.
 *
 * @throws SoundalikeError `EMBEDDER_UNAVAILABLE` where no node answers, `SPACE_MISMATCH` where all are of other models; from `embed` also
 *   `UNAUTHORIZED`, what the service's own embedder throws, and `CANCELLED`
 */
export const createRemoteEmbedder = async (options: RemoteEmbedderOptions): Promise<Embedder> => {
  const { model, format = 's16', patienceMs = PATIENCE_MS } = options;
  const urls = options.urls.map(parse);
  const shown = urls.map(({ href }) => redactUrl(href)).join(', ');
  const nodes = createNodes(urls, options.names);
  const exchange = createExchange({ key: options.key, weights: model.weightsSha256 });
  const closed = new AbortController();
  const ask = createAskNodes({ nodes, exchange, model, shown, patienceMs, closed: closed.signal });
  const close = () => {
    closed.abort();
    exchange.close();
  };
  const { facts } = await ask('/healthz').catch((error) => {
    close();
    throw error;
  });

  const embedSome = async (windows: readonly Float32Array[], signal: AbortSignal | undefined) => {
    const body = encodeWindows(windows, format);
    const { answer } = await ask(`${EMBED_PATH}?format=${format}`, body, signal);
    if (answer.status !== 200) throw failureOf(answer);
    const vectors = decodeVectors(answer.body, windows.length);
    if (!vectors?.every((vector) => vector.every(Number.isFinite)) || answer.weights !== model.weightsSha256)
      throw new SoundalikeError(
        'EMBED_FAILED',
        `The embedding service at ${shown} gave ${answer.body.length} bytes that are not ${windows.length} vectors of model ${model.name}`,
      );
    return vectors;
  };

  return {
    model: { ...model, precision: facts.precision },
    provider: facts.provider,
    maxBatch: WINDOWS_PER_REQUEST,
    embed: async ({ windows, signal }: EmbedInput) => {
      const parts: Promise<Float32Array[]>[] = [];
      for (let at = 0; at < windows.length; at += WINDOWS_PER_REQUEST)
        parts.push(embedSome(windows.slice(at, at + WINDOWS_PER_REQUEST), signal));
      return (await Promise.all(parts)).flat();
    },
    close: async () => close(),
  };
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
