import { join } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import type { SearchDeps } from '@soundalike/query';
import type { Context } from './context.ts';
import { fetchPolicyOf } from './fetch-policy-of.ts';

/**
 * What a search needs, from the settings; only reads.
 *
 * @throws SoundalikeError `INDEX_EMPTY` where nothing has been ingested, `SPACE_MISMATCH`
 */
export const searchDeps = async (context: Context, options: { readOnly: boolean }): Promise<SearchDeps> => {
  const { config } = context;
  const catalogue = await context.catalogue(options);
  if (!(await catalogue.liveSpace()))
    throw new SoundalikeError('INDEX_EMPTY', `Nothing is indexed in ${config.home} yet`);
  const { info } = await context.model();
  const [vectors, ffmpeg] = await Promise.all([context.vectors(options), context.ffmpeg()]);
  return {
    catalogue,
    store: await vectors.openSpace(info.space, { readOnly: options.readOnly }),
    model: info,
    embedder: () => context.embedder(),
    ffmpeg,
    fetchPolicy: fetchPolicyOf(config),
    temporaryFolder: join(config.home, 'temporary'),
    plan: config.searchPlan,
    maxQuerySeconds: config.maxQuerySeconds,
  };
};
