import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HttpApp } from './create-http-app.ts';

export type { Registry } from 'prom-client';

/** What every process calls itself in its metrics. */
export type Role = 'serve' | 'worker' | 'embedder';

/**
 * The registry of one process, made in its verb and passed down; nothing registers globally. It holds what every process has: memory, CPU,
 * event-loop lag and the version.
 */
export const createMetrics = ({ role, version }: { role: Role; version: string }): Registry => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'soundalike_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['role', 'version'],
    registers: [registry],
  }).set({ role, version }, 1);
  return registry;
};

/** Tells what computes embeddings in this process, and what PROVIDER asked for. */
export const providerInfo = (
  registry: Registry,
  facts: { provider: string; providerAsked: string; model: string; space: string },
): void => {
  const name = 'soundalike_provider_info';
  // A process that serves and works has two embedders.
  const known = registry.getSingleMetric(name) as Gauge | undefined;
  const gauge =
    known ??
    new Gauge({
      name,
      help: 'Always 1; the labels say what computes embeddings and what PROVIDER asked for.',
      labelNames: ['provider', 'asked', 'model', 'space'],
      registers: [registry],
    });
  gauge.set(
    { provider: facts.provider, asked: facts.providerAsked, model: facts.model, space: facts.space },
    1,
  );
};

/** Seconds an answer may take: searches lie around a second, pages far below, uploads above. */
const REQUEST_BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** `GET /metrics` for Prometheus, and the time that requests take by route. Call before routes are added. */
export const metricsRoute = (app: HttpApp, registry: Registry): void => {
  const seconds = new Histogram({
    name: 'soundalike_http_request_seconds',
    help: 'Time from request to the end of the answer, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    // The route's pattern, never the address: a label for each id would fill the database.
    const route = request.routeOptions.url ?? 'none';
    seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  app.get('/metrics', { config: { scope: 'admin' }, schema: { hide: true } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
};

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A server with nothing but `/metrics` and `/healthz`, for processes that have no other. It knows no keys: keep it on loopback or in a
 * private network.
 */
export const serveMetrics = async (options: {
  registry: Registry;
  host: string;
  port: number;
}): Promise<MetricsServer> => {
  const { registry, host, port } = options;
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' || (path !== '/metrics' && path !== '/healthz'))
      return void response.writeHead(404).end();
    if (path === '/healthz') return void response.end('ok\n');
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: Error) => response.writeHead(500).end(`${error.message}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
