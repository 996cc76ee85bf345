import type { Catalogue } from '@soundalike/catalogue';
import { type FilterFields, isSoundalikeError } from '@soundalike/core';
import type { VectorDatabase, VectorStore } from '@soundalike/store';

/** Changes that concern a track wherever its vectors are: in the live space, in those being built, in those kept to go back to. */
export interface EverySpace {
  removeTracks(trackIds: readonly string[]): Promise<void>;
  updateFields(trackId: string, fields: FilterFields): Promise<void>;
}

/** The live space alone where nothing tells of others. */
export const everySpaceOf = ({
  spaces,
  store,
}: {
  readonly spaces?: EverySpace | undefined;
  readonly store: Pick<VectorStore, 'removeTracks' | 'updateFields'>;
}): EverySpace =>
  spaces ?? {
    removeTracks: (trackIds) => store.removeTracks(trackIds),
    updateFields: async (trackId, fields) => void (await store.updateFields(trackId, fields)),
  };

/** A space's store, opened once; forgotten with the space. */
export interface StoreCache {
  open(space: string): Promise<VectorStore>;
  /** Forgets the stores of all other spaces. */
  keepOnly(spaces: readonly string[]): void;
}

export const createStoreCache = (vectors: VectorDatabase): StoreCache => {
  const stores = new Map<string, Promise<VectorStore>>();
  return {
    open: (space) => {
      const known = stores.get(space);
      if (known) return known;
      const opening = vectors.openSpace(space);
      stores.set(space, opening);
      opening.catch(() => stores.delete(space));
      return opening;
    },
    keepOnly: (spaces) => {
      for (const name of stores.keys()) if (!spaces.includes(name)) stores.delete(name);
    },
  };
};

/** Applies changes to every space that has not been dropped. */
export const createEverySpace = (catalogue: Catalogue, stores: StoreCache): EverySpace => {
  const all = async (): Promise<VectorStore[]> => {
    const spaces = (await catalogue.listSpaces()).map(({ name }) => name);
    stores.keepOnly(spaces);
    const opened = await Promise.all(
      spaces.map((name) =>
        stores.open(name).catch((error) => {
          // Known to the database, but never filled or half dropped: there is nothing to change.
          if (isSoundalikeError(error) && error.code === 'INDEX_EMPTY') return undefined;
          throw error;
        }),
      ),
    );
    return opened.filter((store) => store !== undefined);
  };
  return {
    removeTracks: async (trackIds) => {
      for (const store of await all()) await store.removeTracks(trackIds);
    },
    updateFields: async (trackId, fields) => {
      for (const store of await all()) await store.updateFields(trackId, fields);
    },
  };
};
