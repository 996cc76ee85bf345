import { join } from 'node:path';
import type { Space } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { type Embedder, embedderFor, type LoadedModel, modelOfSpace } from '@soundalike/embedder';
import { providerInfo, type Registry } from '@soundalike/http';
import type { SearchDeps } from '@soundalike/query';
import type { Context } from './context.ts';
import { fetchPolicyOf } from './fetch-policy-of.ts';
import { measureEmbedders } from './measure-embedder.ts';
import { measureSearches } from './measure-search.ts';
import { openEmbedder } from './open-embedder.ts';

/** A search may still be at work with the former space's model this long after another was promoted, ms. */
const RETIRE_AFTER_MS = 120_000;

/**
 * The parts of a search for a server that outlives changes of the index: the live space is looked up for every query, and its store and
 * model are opened when it changes.
 *
 * @returns a function that throws `INDEX_EMPTY` before the first ingest, `SPACE_MISMATCH` where the live space's model is not installed
 */
export const createLiveSearch = (
  context: Context,
  registry: Registry,
): { deps(): Promise<SearchDeps>; close(): Promise<void> } => {
  const { config } = context;
  let current: { space: string; opened: Promise<SearchDeps> } | undefined;
  const networks = new Map<string, Promise<Embedder>>();
  const measured = measureEmbedders(registry);
  const observe = measureSearches(registry);

  const open = async (space: Space): Promise<SearchDeps> => {
    const [catalogue, vectors, ffmpeg] = await Promise.all([
      context.catalogue(),
      context.vectors(),
      context.ffmpeg(),
    ]);
    const { model: pinned, modelsDir: modelsFolder } = config;
    const model = await modelOfSpace({ catalogue, space, modelsFolder, pinned });
    return {
      catalogue,
      store: await vectors.openSpace(space.name),
      model: model.info,
      embedder: async () => embedderFor(await startOnce(model), model),
      ffmpeg,
      fetchPolicy: fetchPolicyOf(config),
      temporaryFolder: join(config.home, 'temporary'),
      plan: config.searchPlan,
      maxQuerySeconds: config.maxQuerySeconds,
      observe,
    };
  };

  /** One network for each set of weights, started by the first query that needs it and again after a failed start. */
  const startOnce = (model: LoadedModel): Promise<Embedder> => {
    const weights = model.info.weightsSha256;
    const started = networks.get(weights);
    if (started) return started;
    const starting = openEmbedder({ config, model, purpose: 'query' }).then((embedder) => {
      const { name, space } = model.info;
      providerInfo(registry, {
        provider: embedder.provider,
        providerAsked: config.provider,
        model: name,
        space,
      });
      return measured(embedder);
    });
    networks.set(weights, starting);
    starting.catch(() => networks.delete(weights));
    return starting;
  };

  /** Ends the networks that the space does not need. */
  const retireAllBut = async (weights: string) => {
    for (const [other, network] of networks) {
      if (other === weights) continue;
      networks.delete(other);
      await network.then((open) => open.close()).catch(() => undefined);
    }
  };

  return {
    deps: async () => {
      const live = await (await context.catalogue()).liveSpace();
      if (!live) throw new SoundalikeError('INDEX_EMPTY', 'Nothing has been indexed yet');
      if (current?.space === live.name) return current.opened;
      const opening = { space: live.name, opened: open(live) };
      current = opening;
      opening.opened.then(
        () =>
          setTimeout(() => {
            // Where the pointer has moved on, or back, that change looks after it.
            if (current === opening)
              void opening.opened.then(({ model }) => retireAllBut(model.weightsSha256));
          }, RETIRE_AFTER_MS).unref(),
        () => {
          if (current === opening) current = undefined;
        },
      );
      return opening.opened;
    },
    close: () => retireAllBut(''),
  };
};
