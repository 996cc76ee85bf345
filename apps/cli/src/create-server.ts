import { join } from 'node:path';
import { isSoundalikeError } from '@soundalike/core';
import { loadModel } from '@soundalike/embedder';
import { createHttpApp, type HttpApp } from '@soundalike/http';
import { readRoots } from '@soundalike/ingest';
import { registerQueryRoutes, webPage } from '@soundalike/query';
import type { Context } from './context.ts';
import { createLiveSearch } from './live-search.ts';
import { readVersion } from './version.ts';

/** Everything that is served on one port, put together from the apps; does not listen. `close` ends what it opened. */
export const createServer = async (context: Context): Promise<HttpApp> => {
  const { config, logger } = context;
  const [catalogue, vectors] = await Promise.all([context.catalogue(), context.vectors()]);
  const search = createLiveSearch(context);
  const app = await createHttpApp({
    logger,
    title: 'Soundalike',
    version: readVersion(),
    allowedHosts: config.allowedHosts,
    ready: async () => {
      await Promise.all([catalogue.ping(), vectors.ping()]);
    },
  });
  app.addHook('onClose', () => search.close());

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
    maxUploadBytes: config.maxUploadMb * 1_000_000,
  });
  // The ingest app's API and its dashboard are registered here: registerIngestRoutes(app, …), ingestPage(app).
  await webPage(app);
  return app;
};
