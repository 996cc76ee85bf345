import { join } from 'node:path';
import { isSoundalikeError, SoundalikeError } from '@soundalike/core';
import { loadModel } from '@soundalike/embedder';
import { createHttpApp, type HttpApp, metricsRoute } from '@soundalike/http';
import { createEverySpace, createStoreCache, readRoots } from '@soundalike/ingest';
import { dashboardPage, registerIngestRoutes } from '@soundalike/ingest/http';
import { registerQueueMetrics } from '@soundalike/ingest/metrics';
import { registerQueryRoutes, webPage } from '@soundalike/query';
import { checkReady } from './check-ready.ts';
import type { Context } from './context.ts';
import { createKeyRing } from './key-ring.ts';
import { createLiveSearch } from './live-search.ts';
import { readVersion } from './version.ts';

/** Everything that is served on one port, put together from the apps; does not listen. `close` ends what it opened. */
export const createServer = async (
  context: Context,
  { keysNeeded = false }: { keysNeeded?: boolean } = {},
): Promise<HttpApp> => {
  const { config, logger } = context;
  const [catalogue, vectors, queue, metrics] = await Promise.all([
    context.catalogue(),
    context.vectors(),
    context.queue(),
    context.metrics('serve'),
  ]);
  const search = createLiveSearch(context, metrics);
  const stores = createStoreCache(vectors);
  const app = await createHttpApp({
    logger,
    title: 'Soundalike',
    version: readVersion(),
    allowedHosts: config.allowedHosts,
    keys: createKeyRing(catalogue, { needed: keysNeeded }),
    limits: { requestsPerMinute: config.rateLimit, concurrentSearches: config.maxSearches },
    ready: () => checkReady({ catalogue, vectors, stores }),
  });
  app.addHook('onClose', () => search.close());
  metricsRoute(app, metrics);
  registerQueueMetrics({ registry: metrics, catalogue, queue, logger });

  await registerQueryRoutes(app, {
    catalogue,
    catalogueName: config.catalogue,
    searchDeps: search.deps,
    describeModel: async (name) => {
      try {
        const { info, manifest } = await loadModel({ name, modelsFolder: config.modelsDir });
        return { name, trained: info.trained, quality: manifest.quality };
      } catch (error) {
        if (isSoundalikeError(error) && error.code === 'MODEL_NOT_FOUND') return null;
        throw error;
      }
    },
    roots: () => readRoots(catalogue, config.roots),
    temporaryFolder: join(config.home, 'temporary'),
    mapFolder: join(config.home, 'maps'),
    waveformFolder: join(config.home, 'waveforms'),
    maxUploadBytes: config.maxUploadMb * 1_000_000,
    queryTimeoutMs: config.queryTimeoutSeconds * 1000,
  });
  await registerIngestRoutes(app, {
    catalogue,
    queue,
    scopesOf: ({ sender }) => sender?.scopes ?? new Set(),
    adds: {
      catalogueName: config.catalogue,
      roots: () => readRoots(catalogue, config.roots),
      temporaryFolder: join(config.home, 'temporary'),
      maxUploadBytes: config.maxUploadMb * 1_000_000,
      spaces: createEverySpace(catalogue, stores),
      signatureLimits: (await context.model()).info.signature,
      store: async () => {
        const live = await catalogue.liveSpace();
        if (!live) throw new SoundalikeError('INDEX_EMPTY', 'Nothing is indexed yet');
        return vectors.openSpace(live.name, { create: true });
      },
    },
  });
  await dashboardPage(app);
  await webPage(app);
  return app;
};
