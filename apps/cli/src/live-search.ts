import { join } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { createEmbedder, type Embedder, type LoadedModel } from '@soundalike/embedder';
import type { SearchDeps } from '@soundalike/query';
import { type Context, resolveModel } from './context.ts';
import { fetchPolicyOf } from './fetch-policy-of.ts';

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
): { deps(): Promise<SearchDeps>; close(): Promise<void> } => {
  const { config } = context;
  let current: { space: string; opened: Promise<SearchDeps> } | undefined;
  const embedders = new Set<Promise<Embedder>>();

  const open = async (space: string): Promise<SearchDeps> => {
    const model = await resolveModel(context);
    const [catalogue, vectors, ffmpeg] = await Promise.all([
      context.catalogue(),
      context.vectors(),
      context.ffmpeg(),
    ]);
    return {
      catalogue,
      store: await vectors.openSpace(space),
      model: model.info,
      embedder: startOnce(model),
      ffmpeg,
      fetchPolicy: fetchPolicyOf(config),
      temporaryFolder: join(config.home, 'temporary'),
      maxQuerySeconds: config.maxQuerySeconds,
    };
  };

  /** One embedder for each model, started by the first query that needs it and again after a failed start. */
  const startOnce = (model: LoadedModel) => {
    let started: Promise<Embedder> | undefined;
    return () => {
      if (started) return started;
      const starting = createEmbedder({
        model,
        processes: 1,
        nice: 0,
        provider: config.provider,
        precision: config.precision,
      });
      started = starting;
      embedders.add(starting);
      starting.catch(() => {
        embedders.delete(starting);
        started = undefined;
      });
      return starting;
    };
  };

  return {
    deps: async () => {
      const live = await (await context.catalogue()).liveSpace();
      if (!live) throw new SoundalikeError('INDEX_EMPTY', 'Nothing has been indexed yet');
      if (current?.space === live.name) return current.opened;
      const retired = [...embedders];
      const opening = { space: live.name, opened: open(live.name) };
      current = opening;
      opening.opened.then(
        () => setTimeout(() => void closeAll(retired), RETIRE_AFTER_MS).unref(),
        () => {
          if (current === opening) current = undefined;
        },
      );
      return opening.opened;
    },
    close: () => closeAll([...embedders]),
  };

  async function closeAll(started: readonly Promise<Embedder>[]) {
    for (const embedder of started) {
      embedders.delete(embedder);
      await embedder.then((open) => open.close()).catch(() => undefined);
    }
  }
};
