import { serveMetrics } from '@soundalike/http';
import { startWorker } from '@soundalike/ingest';
import { createWorkMetrics, registerQueueMetrics } from '@soundalike/ingest/metrics';
import { workFacts } from '../ingest-deps.ts';
import { noteUntrained } from '../note-untrained.ts';
import { openWork } from '../open-work.ts';
import { defineVerb } from '../verb.ts';
import { VOLATILE_QUEUE } from '../volatile-queue.ts';

export const worker = defineVerb({
  usage: '',
  options: VOLATILE_QUEUE,
  examples: [
    'QUEUE_URL=redis://queue:6379 DATABASE_URL=postgres://… VECTOR_STORE_URL=milvus://… soundalike worker',
    'EMBEDDER_URL=http://gpu-1:7710,http://gpu-2:7710 SOUNDALIKE_ROOTS=music=/mnt/music soundalike worker',
  ],
  run: async ({ options, context, output, signal }) => {
    const { config, logger } = context;
    const { deps, queue, concurrency, release } = await openWork(context, {
      allowVolatileQueue: options['allow-volatile-queue'] === true,
      output,
      signal,
    });
    let metrics: Awaited<ReturnType<typeof serveMetrics>> | undefined;
    try {
      noteUntrained(deps.embedder.model, output);
      logger.info(
        {
          queue: queue.url,
          database: deps.catalogue.url,
          space: deps.store.space,
          provider: deps.embedder.provider,
          concurrency,
        },
        'worker is listening',
      );
      const registry = await context.metrics('worker');
      const observer = createWorkMetrics(registry, workFacts(deps));
      registerQueueMetrics({ registry, catalogue: deps.catalogue, queue, logger, keptMs: 60_000 });
      const { metricsPort: port, metricsHost: host } = config;
      metrics = port ? await serveMetrics({ registry, host, port }) : undefined;
      if (metrics) logger.info({ url: `${metrics.url}/metrics` }, 'metrics are served');
      const ended = await startWorker({
        deps: { ...deps, observer },
        queue,
        concurrency,
        signal,
        drainMs: config.workerDrainSeconds * 1000,
        maxRssBytes: config.workerMaxRssMb * 1_000_000,
      });
      logger.info({ ended }, 'worker has ended');
      return 0;
    } finally {
      await metrics?.close();
      await release();
    }
  },
});
