import { createStore } from '../create-store.ts';
import { checkSpace, noSpace } from '../space-name.ts';
import type { VectorDatabase } from '../vector-store.ts';
import { createMemoryTables, emptyRows, type MemoryRows } from './memory-tables.ts';

/** Databases with a name (`memory:name`), shared by everything in this process that opens them. */
const named = new Map<string, Map<string, MemoryRows>>();

/** A database in this process's memory: for tests, and the reference of the others. `memory:` is private to the caller. */
export const openMemoryDatabase = (url: string, options: { readOnly?: boolean } = {}): VectorDatabase => {
  const name = url.slice('memory:'.length);
  const spaces = (name && named.get(name)) || new Map<string, MemoryRows>();
  if (name) named.set(name, spaces);
  return {
    kind: 'memory',
    url,
    openSpace: async (space, { create = false, readOnly = options.readOnly } = {}) => {
      checkSpace(space);
      if (!spaces.has(space) && (!create || readOnly)) throw noSpace(space, url);
      const rows = spaces.get(space) ?? emptyRows();
      spaces.set(space, rows);
      return createStore({ space, tables: createMemoryTables(rows), readOnly });
    },
    listSpaces: async () => [...spaces.keys()].sort(),
    dropSpace: async (space) => void spaces.delete(space),
    setLive: async () => undefined,
    aliasedSpace: async () => undefined,
    ping: async () => undefined,
    close: async () => undefined,
  };
};
