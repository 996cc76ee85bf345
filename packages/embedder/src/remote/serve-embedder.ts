import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Logger, SoundalikeError, toSoundalikeError } from '@soundalike/core';
import { type Embedder, WINDOW_SAMPLES } from '../embedder.ts';
import {
  BYTES_PER_SAMPLE,
  decodeWindows,
  EMBED_PATH,
  encodeVectors,
  MAX_WINDOWS,
  type PcmFormat,
  type ServiceFacts,
  WEIGHTS_HEADER,
} from './wire.ts';

/** Windows accepted and not yet answered, for each of a network run: enough to keep it busy, little enough to answer soon. */
const WAITING_RUNS = 64;

/** When to come back after a refusal for want of room, s. */
const RETRY_AFTER_S = 1;

/** A client that sends its samples more slowly than this holds a place for nothing, ms. */
const REQUEST_TIMEOUT_MS = 60_000;

export interface EmbedderServiceOptions {
  readonly embedder: Embedder;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Keys that may ask, as `Authorization: Bearer …`; none: everybody who can reach the address. */
  readonly keys: readonly string[];
  readonly logger: Logger;
  /** Most windows in work and waiting. */
  readonly maxWaiting?: number | undefined;
}

export interface EmbedderService {
  readonly url: string;
  /** Refuses new work (503), finishes what was accepted, at most for `drainMs`. */
  close(drainMs?: number): Promise<void>;
}

/**
 * Embeds for others over HTTP: `POST /v1/embed?format=s16|f32` with whole windows as the body answers with their raw vectors, 512 float32 each.
 * Batches form across all callers. `GET /healthz` names model, weights, space and provider.
 *
 * @throws SoundalikeError `CONFIG_INVALID` where the address cannot be listened at
 */
export const serveEmbedder = async (options: EmbedderServiceOptions): Promise<EmbedderService> => {
  const { embedder, logger } = options;
  const maxWaiting = options.maxWaiting ?? WAITING_RUNS * embedder.maxBatch;
  const keys = options.keys.map(digest);
  const { name, weightsSha256: weights, space, precision } = embedder.model;
  const facts: ServiceFacts = { model: name, weights, space, provider: embedder.provider, precision };
  const health = { status: 'ok', ...facts, maxWindows: MAX_WINDOWS };
  let waiting = 0;
  let isClosing = false;

  const embed = async (request: IncomingMessage, response: ServerResponse, format: PcmFormat) => {
    const count = windowsIn(request, format);
    const wanted = request.headers[WEIGHTS_HEADER];
    if (wanted !== undefined && wanted !== weights)
      throw new SoundalikeError(
        'SPACE_MISMATCH',
        `This service runs model ${name} (space ${space}, weights ${weights}), asked for were weights ${wanted}`,
      );
    if (isClosing) throw new SoundalikeError('EMBEDDER_UNAVAILABLE', 'The service is stopping');
    if (waiting > 0 && waiting + count > maxWaiting)
      throw new SoundalikeError('TOO_MANY_REQUESTS', `${waiting} windows are waiting already`);
    waiting += count;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const windows = decodeWindows(
        await readBody(request, count * WINDOW_SAMPLES * BYTES_PER_SAMPLE[format]),
        format,
      );
      if (!windows) throw new SoundalikeError('INPUT_INVALID', 'The body ended early');
      const vectors = encodeVectors(await embedder.embed({ windows, signal: gone.signal }));
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': vectors.length,
        [WEIGHTS_HEADER]: weights,
      });
      response.end(vectors);
    } finally {
      waiting -= count;
    }
  };

  const route = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'GET' && url.pathname === '/healthz')
      return isClosing
        ? sendJson(response, 503, { ...health, status: 'stopping' })
        : sendJson(response, 200, { ...health, waiting });
    if (keys.length > 0 && !isKnown(request, keys))
      throw new SoundalikeError('UNAUTHORIZED', 'A key of EMBEDDER_KEYS is needed');
    if (request.method !== 'POST' || url.pathname !== EMBED_PATH)
      throw new SoundalikeError('NOT_FOUND', `There is nothing at ${request.method} ${url.pathname}`);
    const format = url.searchParams.get('format') ?? 's16';
    if (format !== 's16' && format !== 'f32')
      throw new SoundalikeError('INPUT_INVALID', `format must be s16 or f32, got "${format.slice(0, 20)}"`);
    return embed(request, response, format);
  };

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    route(request, response).catch((thrown) => {
      const error = toSoundalikeError(thrown);
      if (response.headersSent || response.destroyed) return response.destroy();
      const { status } = error.policy;
      logger[status >= 500 && error.code !== 'EMBEDDER_UNAVAILABLE' ? 'error' : 'debug'](
        { code: error.code, err: error },
        'request failed',
      );
      if (status === 429 || status === 503) response.setHeader('retry-after', RETRY_AFTER_S);
      // The rest of a refused body is not read.
      response.setHeader('connection', 'close');
      sendJson(response, status, {
        code: error.code,
        detail: error.message,
        status,
        title: error.policy.help,
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new SoundalikeError(
          'CONFIG_INVALID',
          `Cannot listen at ${options.host}:${options.port}: ${cause.message}`,
          { cause },
        ),
      ),
    );
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    close: async (drainMs = 10_000) => {
      isClosing = true;
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      clearTimeout(cut);
    },
  };
};

/** Whole windows that the declared length holds: refused before a byte of it is read. */
const windowsIn = (request: IncomingMessage, format: PcmFormat): number => {
  const bytes = WINDOW_SAMPLES * BYTES_PER_SAMPLE[format];
  const count = Number(request.headers['content-length'] ?? Number.NaN) / bytes;
  if (!Number.isInteger(count) || count < 1)
    throw new SoundalikeError(
      'INPUT_INVALID',
      `The body must be whole windows of ${WINDOW_SAMPLES} samples (${bytes} bytes each), with a Content-Length`,
    );
  if (count > MAX_WINDOWS)
    throw new SoundalikeError('SOURCE_TOO_LARGE', `At most ${MAX_WINDOWS} windows at once, got ${count}`);
  return count;
};

const readBody = async (request: IncomingMessage, length: number): Promise<Buffer> => {
  const body = Buffer.allocUnsafe(length);
  let at = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) at += chunk.copy(body, at);
  return body.subarray(0, at);
};

const sendJson = (response: ServerResponse, status: number, value: unknown) => {
  response.writeHead(status, {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
  });
  response.end(JSON.stringify(value));
};

const digest = (key: string): Buffer => createHash('sha256').update(key).digest();

const isKnown = (request: IncomingMessage, keys: readonly Buffer[]): boolean => {
  const [, key = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  const shown = digest(key);
  // Every key is compared, so that the time says nothing about which one was close.
  return keys.map((known) => timingSafeEqual(known, shown)).includes(true);
};
