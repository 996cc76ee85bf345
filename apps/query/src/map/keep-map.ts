import type { Catalogue } from '@soundalike/catalogue';
import type { Logger } from '@soundalike/core';
import type { VectorStore } from '@soundalike/store';
import { layOutInThread } from './lay-out-in-thread.ts';
import { readVectors } from './read-vectors.ts';
import { readMap, type StoredMap, writeMap } from './stored-map.ts';

/** A map is made again when this share of the tracks came or went. */
const STALE_SHARE = 0.05;
/** However much the catalogue moves, making maps takes at most a tenth of a thread, and never more than one in this time, ms. */
const REST_MS = 15_000;
const REST_FACTOR = 10;
const DECIMALS = 10_000;

export interface MapKeeperDeps {
  readonly catalogue: Pick<Catalogue, 'liveSpace' | 'countTracks'>;
  /** The store of the live space. */
  openStore(): Promise<Pick<VectorStore, 'scanTracks'>>;
  /** Where maps are kept, one file a space. */
  readonly folder: string;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

export interface MapKeeper {
  /** The map as it is now. Where it is missing or behind, a new one is begun in the background. */
  current(): Promise<{ state: 'ready' | 'computing' | 'empty'; map: StoredMap | undefined }>;
  /** Gives up a map in the making. */
  close(): Promise<void>;
}

/** Keeps the map of the live space up to date, off the event loop. */
export const keepMap = (deps: MapKeeperDeps): MapKeeper => {
  let known: StoredMap | undefined;
  let making: Promise<void> | undefined;
  let restUntil = 0;
  const stopping = new AbortController();

  const make = async (space: string, tracks: number) => {
    const begun = Date.now();
    try {
      const read = await readVectors(await deps.openStore(), stopping.signal);
      const count = read.trackIds.length;
      const positions = await layOutInThread({ ...read, count }, stopping.signal);
      known = {
        version: 1,
        space,
        tracks,
        madeAt: Date.now(),
        tookMs: Date.now() - begun,
        trackIds: [...read.trackIds],
        positions: Array.from(positions, (value) => Math.round(value * DECIMALS) / DECIMALS),
      };
      await writeMap(deps.folder, known);
      deps.logger.info({ space, tracks: count, tookMs: known.tookMs }, 'map made');
    } catch (error) {
      if (!stopping.signal.aborted) deps.logger.warn({ err: error, space }, 'making the map failed');
    } finally {
      restUntil = Date.now() + Math.max(REST_MS, (Date.now() - begun) * REST_FACTOR);
      making = undefined;
    }
  };

  return {
    current: async () => {
      const live = await deps.catalogue.liveSpace();
      const tracks = live ? await deps.catalogue.countTracks(live.name) : 0;
      if (!live || tracks === 0) return { state: 'empty', map: undefined };
      if (known?.space !== live.name) known = await readMap(deps.folder, live.name);
      const isMissing = known === undefined;
      if (
        !making &&
        (isMissing || isBehind(known, tracks)) &&
        Date.now() >= restUntil &&
        !stopping.signal.aborted
      )
        making = make(live.name, tracks);
      return { state: isMissing ? 'computing' : 'ready', map: known };
    },
    close: async () => {
      stopping.abort();
      await making;
    },
  };
};

const isBehind = (map: StoredMap | undefined, tracks: number): boolean =>
  map !== undefined && Math.abs(tracks - map.tracks) > map.tracks * STALE_SHARE;
