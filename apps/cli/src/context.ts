import { mkdir } from 'node:fs/promises';
import type { Catalogue } from '@soundalike/catalogue';
import { type Config, createLogger, type Logger } from '@soundalike/core';
import type { Embedder, LoadedModel } from '@soundalike/embedder';
import type { Registry, Role } from '@soundalike/http';
import type { WorkingSpaces } from '@soundalike/ingest';
import type { JobQueue } from '@soundalike/queue';
import type { VectorDatabase } from '@soundalike/store';
import { type StoreCall, timeVectors } from './time-vectors.ts';
import { readVersion } from './version.ts';
import { workerName } from './worker-name.ts';

/** Everything a verb may need, its package loaded and itself opened on first use, and closed together. */
export interface Context {
  readonly config: Config;
  readonly logger: Logger;
  /** host, pid: who holds leases and jobs. */
  readonly worker: string;
  ffmpeg(): Promise<string>;
  catalogue(options?: { readOnly?: boolean }): Promise<Catalogue>;
  vectors(options?: { readOnly?: boolean }): Promise<VectorDatabase>;
  queue(): Promise<JobQueue>;
  /** The model asked for by MODEL, else the live space's, else the default one. `SPACE_MISMATCH` where the live space is another's. */
  model(): Promise<LoadedModel>;
  /** The spaces that ingest writes to, with networks that give way to everything else on the machine (nice 10). */
  spaces(): Promise<WorkingSpaces>;
  /** The model's network for a query. */
  embedder(): Promise<Embedder>;
  /** The registry of this process, made on first use by the verb that says what it is. */
  metrics(role: Role): Promise<Registry>;
  close(): Promise<void>;
}

export const createContext = ({ config, isTerminal }: { config: Config; isTerminal: boolean }): Context => {
  const logger = createLogger({ level: config.logLevel, isTerminal });
  const worker = workerName();
  const closers: (() => Promise<void>)[] = [];
  const opened = new Map<string, Promise<unknown>>();
  let noteStoreCall: ((call: StoreCall) => void) | undefined;

  /** One of each, made on first use; a failure is not remembered. */
  const once = <T extends { close?(): Promise<void> } | string | object>(
    key: string,
    open: () => Promise<T>,
  ): Promise<T> => {
    const known = opened.get(key) as Promise<T> | undefined;
    if (known) return known;
    const opening = open().then((resource) => {
      if (typeof resource === 'object' && 'close' in resource && resource.close)
        closers.unshift(() => (resource as { close(): Promise<void> }).close());
      return resource;
    });
    opening.catch(() => opened.delete(key));
    opened.set(key, opening);
    return opening;
  };

  const context: Context = {
    config,
    logger,
    worker,
    ffmpeg: () =>
      once('ffmpeg', async () => (await import('@soundalike/source')).findFfmpeg(config.ffmpegPath)),
    catalogue: ({ readOnly = false } = {}) =>
      once('catalogue', async () => {
        if (!readOnly) await mkdir(config.home, { recursive: true });
        return (await import('@soundalike/catalogue')).openCatalogue(config.databaseUrl, { readOnly });
      }),
    vectors: ({ readOnly = false } = {}) =>
      once('vectors', async () => {
        if (!readOnly) await mkdir(config.home, { recursive: true });
        const { openVectorDatabase } = await import('@soundalike/store');
        const { vectorStoreUrl, indexProfile: profile } = config;
        const database = await openVectorDatabase(vectorStoreUrl, { readOnly, logger, profile });
        return timeVectors(database, (call) => noteStoreCall?.(call));
      }),
    queue: () =>
      once('queue', async () => {
        const { openQueue } = await import('@soundalike/queue');
        return openQueue({ url: config.queueUrl, catalogue: await context.catalogue(), worker });
      }),
    model: () => once('model', () => resolveModel(context)),
    spaces: () =>
      once('spaces', async () => {
        const [{ createWorkingSpaces }, { openEmbedder }] = await Promise.all([
          import('@soundalike/ingest'),
          import('./open-embedder.ts'),
        ]);
        return createWorkingSpaces({
          catalogue: await context.catalogue(),
          vectors: await context.vectors(),
          modelsFolder: config.modelsDir,
          pinned: config.model,
          coverage: config.coverage,
          openEmbedder: (model) => openEmbedder({ config, model, purpose: 'ingest' }),
          logger,
        });
      }),
    embedder: () =>
      once('embedder', async () => {
        const { openEmbedder } = await import('./open-embedder.ts');
        return openEmbedder({ config, model: await context.model(), purpose: 'query' });
      }),
    metrics: (role) =>
      once('metrics', async () => {
        const [{ createMetrics }, { measureStore }] = await Promise.all([
          import('@soundalike/http'),
          import('./measure-store.ts'),
        ]);
        const registry = createMetrics({ role, version: readVersion() });
        noteStoreCall = measureStore(registry);
        return registry;
      }),
    close: async () => {
      for (const close of closers.splice(0))
        await close().catch((error) => logger.warn({ error }, 'closing failed'));
      opened.clear();
    },
  };
  return context;
};

/** The live space's model, else the one asked for by MODEL, else the default one, looked up anew. */
export const resolveModel = async (context: Context): Promise<LoadedModel> => {
  const { loadModel, modelOfSpace } = await import('@soundalike/embedder');
  const { model: pinned, modelsDir: modelsFolder } = context.config;
  const catalogue = await context.catalogue();
  const space = await catalogue.liveSpace();
  return space
    ? modelOfSpace({ catalogue, space, modelsFolder, pinned })
    : loadModel({ name: pinned, modelsFolder });
};
