import type { Catalogue, SpaceStanding } from '@soundalike/catalogue';
import { type Logger, SoundalikeError } from '@soundalike/core';
import {
  coverageOf,
  type Embedder,
  embedderFor,
  type LoadedModel,
  type ModelInfo,
  modelOfSpace,
} from '@soundalike/embedder';
import type { VectorDatabase, VectorStore } from '@soundalike/store';
import { createEverySpace, createStoreCache, type EverySpace } from './every-space.ts';
import { isPassing } from './fill-others.ts';

/** A space that tracks are written to. */
export interface SpaceTarget {
  readonly store: VectorStore;
  readonly model: ModelInfo;
  /** How much of each track is embedded there. */
  readonly coverage: string;
  /** Started when the first track needs it. */
  embedder(): Promise<Embedder>;
}

/** The spaces of one item: resolved once, and not closed before `release`. */
export interface UsedSpaces {
  readonly live: SpaceTarget;
  readonly building: readonly SpaceTarget[];
  release(): void;
}

/** The spaces that workers write to, looked up anew for every item, so that they follow the pointer without a restart. */
export interface WorkingSpaces extends EverySpace {
  /** @throws SoundalikeError `INDEX_EMPTY`, `SPACE_MISMATCH`, `MODEL_NOT_FOUND`: of the live space, without which nothing can be done */
  use(): Promise<UsedSpaces>;
  /** The live space as it was at the last look. */
  current(): { readonly space: string; readonly model: string } | undefined;
  close(): Promise<void>;
}

export interface WorkingSpacesOptions {
  readonly catalogue: Catalogue;
  readonly vectors: VectorDatabase;
  readonly modelsFolder?: string | undefined;
  /** The model that MODEL asks for: a worker of it refuses to work for another one's index. */
  readonly pinned?: string | undefined;
  /** Of spaces that have none of their own. */
  readonly coverage: string;
  /** Starts a model's network; called once for each set of weights in use. */
  openEmbedder(model: LoadedModel): Promise<Embedder>;
  readonly logger: Logger;
}

/** A space whose network cannot be started here is left out so long before that is tried again, ms. */
const LEFT_OUT_MS = 60_000;

interface Pool {
  readonly weights: string;
  readonly opening: Promise<Embedder>;
}

export const createWorkingSpaces = (options: WorkingSpacesOptions): WorkingSpaces => {
  const { catalogue, vectors, modelsFolder, pinned, logger } = options;
  const stores = createStoreCache(vectors);
  const models = new Map<string, Promise<LoadedModel>>();
  const pools = new Map<string, Pool>();
  /** Items in hand by weights. */
  const inUse = new Map<string, number>();
  /** Spaces that could not be opened, so that it is said once. */
  const warned = new Set<string>();
  /** Spaces whose network could not be started, and until when they are left out. */
  const leftOut = new Map<string, number>();
  let wanted: ReadonlySet<string> = new Set();
  let current: { space: string; model: string } | undefined;

  const poolOf = (model: LoadedModel): Pool => {
    const weights = model.info.weightsSha256;
    const known = pools.get(weights);
    if (known) return known;
    const pool = { weights, opening: options.openEmbedder(model) };
    pools.set(weights, pool);
    pool.opening.catch(() => pools.delete(weights));
    return pool;
  };

  const modelFor = (space: SpaceStanding): Promise<LoadedModel> => {
    const known = models.get(space.name);
    if (known) return known;
    // MODEL speaks of the live index only; what is built beside it is another model's more often than not.
    const pin = space.state === 'live' ? pinned : undefined;
    const loading = modelOfSpace({ catalogue, space, modelsFolder, pinned: pin });
    // Not kept where it fails: the model may be installed meanwhile.
    loading.then(
      () => models.set(space.name, loading),
      () => undefined,
    );
    return loading;
  };

  const targetOf = async (space: SpaceStanding): Promise<SpaceTarget> => {
    const model = await modelFor(space);
    if (space.state === 'live' && pinned !== undefined && model.info.name !== pinned)
      throw pinnedMismatch(space, pinned);
    return {
      store: await stores.open(space.name),
      model: model.info,
      coverage: coverageOf(space) ?? options.coverage,
      embedder: async () => embedderFor(await poolOf(model).opening, model),
    };
  };

  /** A space that cannot be built here does not keep the live one from growing. */
  const buildingTarget = async (space: SpaceStanding): Promise<SpaceTarget | undefined> => {
    if ((leftOut.get(space.name) ?? 0) > Date.now()) return undefined;
    const leaveOut = (error: unknown) => {
      if (isPassing(error)) return;
      leftOut.set(space.name, Date.now() + LEFT_OUT_MS);
      if (!warned.has(space.name))
        logger.warn(
          { space: space.name, model: space.model, err: error },
          'this worker cannot fill the space',
        );
      warned.add(space.name);
    };
    try {
      const target = await targetOf(space);
      const orLeaveOut = (error: unknown): never => {
        leaveOut(error);
        throw error;
      };
      const embedder = async (): Promise<Embedder> => {
        const opened = await target.embedder().catch(orLeaveOut);
        warned.delete(space.name);
        return { ...opened, embed: (input) => opened.embed(input).catch(orLeaveOut) };
      };
      return { ...target, embedder };
    } catch (error) {
      if (isPassing(error)) throw error;
      leaveOut(error);
      return undefined;
    }
  };

  /** Ends networks that no space in use needs and no item in hand has. */
  const retire = () => {
    for (const [weights, pool] of pools)
      if (!wanted.has(weights) && !inUse.get(weights)) {
        pools.delete(weights);
        void pool.opening.then((embedder) => embedder.close()).catch(() => undefined);
      }
  };

  const count = (targets: readonly SpaceTarget[], by: 1 | -1) => {
    for (const { model } of targets)
      inUse.set(model.weightsSha256, (inUse.get(model.weightsSha256) ?? 0) + by);
  };

  return {
    ...createEverySpace(catalogue, stores),

    use: async () => {
      const spaces = await catalogue.listSpaces();
      stores.keepOnly(spaces.map(({ name }) => name));
      const standing = spaces.find(({ state }) => state === 'live');
      if (!standing) throw new SoundalikeError('INDEX_EMPTY', 'There is no live index');
      const live = await targetOf(standing);
      const building: SpaceTarget[] = [];
      for (const space of spaces.filter(({ state }) => state === 'building')) {
        const target = await buildingTarget(space);
        if (target) building.push(target);
      }
      const targets = [live, ...building];
      wanted = new Set(targets.map(({ model }) => model.weightsSha256));
      if (current && current.space !== standing.name)
        logger.info({ from: current.space, to: standing.name }, 'following the live space');
      current = { space: standing.name, model: live.model.name };
      count(targets, 1);
      retire();
      let isReleased = false;
      return {
        live,
        building,
        release: () => {
          if (isReleased) return;
          isReleased = true;
          count(targets, -1);
          retire();
        },
      };
    },

    current: () => current,

    close: async () => {
      const open = [...pools.values()];
      pools.clear();
      for (const { opening } of open)
        await opening.then((embedder) => embedder.close()).catch(() => undefined);
    },
  };
};

const pinnedMismatch = (space: SpaceStanding, pinned: string) =>
  new SoundalikeError(
    'SPACE_MISMATCH',
    `The live index is of space ${space.name} (model ${space.model}), this worker is set to MODEL=${pinned}`,
    { fields: { liveSpace: space.name, liveModel: space.model, model: pinned } },
  );
