import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describeSpace, keepTransform } from '@soundalike/embedder';
import type { IngestDeps } from '@soundalike/ingest';
import type { Context } from './context.ts';
import { fetchPolicyOf, s3Of } from './fetch-policy-of.ts';
import { INGEST_NICE } from './open-embedder.ts';

/** Items worked on beside those in the network: while one decodes or is stored, others wait for nothing. */
const EXTRA_ITEMS = 2;

/** What a worker's metrics say about it. */
export const workFacts = ({ embedder, store, providerAsked = 'auto' }: IngestDeps) => ({
  provider: embedder.provider,
  providerAsked,
  model: embedder.model.name,
  space: store.space,
});

/**
 * What workers need, from the settings; the embedding space is made known to the database, and where none was live, it becomes so.
 *
 * @throws SoundalikeError `SPACE_MISMATCH` and whatever cannot be opened
 */
export const ingestDeps = async (context: Context): Promise<{ deps: IngestDeps; concurrency: number }> => {
  const { config, logger, worker } = context;
  const catalogue = await context.catalogue();
  const model = await context.model();
  // Made before it is live: what is live can be searched.
  const vectors = await context.vectors();
  await vectors.openSpace(model.info.space, { create: true });
  await keepTransform(catalogue, model);
  if (!(await catalogue.liveSpace()))
    await vectors.setLive((await catalogue.ensureSpace(describeSpace(model))).name);
  const [ffmpeg, spaces] = await Promise.all([context.ffmpeg(), context.spaces()]);
  const used = await spaces.use();
  const embedder = await used.live.embedder().finally(used.release);
  const deps: IngestDeps = {
    catalogue,
    spaces,
    embedder,
    store: used.live.store,
    ffmpeg,
    worker,
    logger,
    providerAsked: config.provider,
    roots: config.roots,
    fetchPolicy: { ...fetchPolicyOf(config), s3: s3Of(config) },
    coverage: config.coverage,
    catalogueName: config.catalogue,
    temporaryFolder: join(config.home, 'temporary'),
    maxSeconds: config.maxTrackMinutes * 60,
    nice: INGEST_NICE,
  };
  return {
    deps,
    concurrency: config.workerConcurrency || (config.embedProcesses || availableParallelism()) + EXTRA_ITEMS,
  };
};
