import { availableParallelism } from 'node:os';
import type { Config } from '@soundalike/core';
import {
  checkGolden,
  createEmbedder,
  createRemoteEmbedder,
  type Embedder,
  type LoadedModel,
  type PcmFormat,
} from '@soundalike/embedder';

/** Nice value of ingest's ffmpeg and embedding processes, so that queries and the rest of the machine go first. */
export const INGEST_NICE = 10;

/** Processes that embed queries: ten seconds are twelve windows, and somebody waits for all of them. */
const QUERY_PROCESSES = 2;

/**
 * The network as the settings want it: on other hosts where EMBEDDER_URL names some, else in processes here. Before ingest's first job, and on
 * every GPU, its answers are compared with the recorded ones.
 *
 * @throws SoundalikeError `PROVIDER_UNAVAILABLE`, `EMBEDDER_UNAVAILABLE`, `SPACE_MISMATCH`
 */
export const openEmbedder = async (options: {
  config: Config;
  model: LoadedModel;
  purpose: 'ingest' | 'query' | 'service';
}): Promise<Embedder> => {
  const { config, model, purpose } = options;
  if (config.embedderUrls.length > 0 && purpose !== 'service') return openRemote(config, model, purpose);
  const embedder = await createEmbedder({
    model,
    ...(purpose === 'query'
      ? { processes: Math.min(QUERY_PROCESSES, availableParallelism()), startAll: true }
      : { processes: config.embedProcesses || undefined }),
    nice: purpose === 'ingest' ? INGEST_NICE : 0,
    provider: config.provider,
    precision: config.precision,
    maxRssBytes: config.embedMaxRssMb * 1_000_000,
  });
  try {
    if (purpose !== 'query' || embedder.provider !== 'cpu') await checkGolden(embedder, model.manifest);
    return embedder;
  } catch (error) {
    await embedder.close();
    throw error;
  }
};

const openRemote = async (config: Config, model: LoadedModel, purpose: 'ingest' | 'query') => {
  const connect = (format: PcmFormat) =>
    createRemoteEmbedder({
      urls: config.embedderUrls,
      model: model.info,
      key: config.embedderKey,
      format,
    });
  // The network is compared with exact samples, however others travel: what 16 bits change of the quiet clip says nothing about it.
  const exact = await connect('f32');
  try {
    if (purpose !== 'query' || exact.provider !== 'cpu') await checkGolden(exact, model.manifest);
  } finally {
    await exact.close();
  }
  return connect(config.embedderPcm);
};
