import { serveMetrics } from '@soundalike/http';
import { createWorkMetrics, registerQueueMetrics, startWorker } from '@soundalike/ingest';
import { ingestDeps, workFacts } from '../ingest-deps.ts';
import { noteUntrained } from '../note-untrained.ts';
import { defineVerb } from '../verb.ts';

export const worker = defineVerb({
  name: 'worker',
  summary: 'only work: take items from the queue until stopped',
  usage: '',
  options: {},
  examples: [
    'QUEUE_URL=redis://queue:6379 DATABASE_URL=postgres://… VECTOR_STORE_URL=milvus://… soundalike worker',
  ],
  run: async ({ context, output, signal }) => {
    const { deps, concurrency } = await ingestDeps(context);
    noteUntrained(deps.embedder.model, output);
    const queue = await context.queue();
    context.logger.info(
      {
        queue: queue.url,
        database: deps.catalogue.url,
        space: deps.store.space,
        provider: deps.embedder.provider,
        concurrency,
      },
      'worker is listening',
    );
    const registry = context.metrics('worker');
    const observer = createWorkMetrics(registry, workFacts(deps));
    registerQueueMetrics({
      registry,
      catalogue: deps.catalogue,
      queue,
      logger: context.logger,
      keptMs: 60_000,
    });
    const { metricsPort, metricsHost } = context.config;
    const metrics = metricsPort
      ? await serveMetrics({ registry, host: metricsHost, port: metricsPort })
      : undefined;
    if (metrics) context.logger.info({ url: `${metrics.url}/metrics` }, 'metrics are served');
    try {
      await startWorker({ deps: { ...deps, observer }, queue, concurrency, signal });
    } finally {
      await metrics?.close();
    }
    return 0;
  },
});
