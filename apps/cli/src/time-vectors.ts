import type { VectorDatabase, VectorStore } from '@soundalike/store';

/** One call of a vector store that has ended. */
export interface StoreCall {
  readonly operation: string;
  readonly outcome: 'ok' | 'failed';
  readonly seconds: number;
}

type Timed = <Input extends unknown[], Output>(
  operation: string,
  call: (...input: Input) => Promise<Output>,
) => (...input: Input) => Promise<Output>;

/** The same database; of every call of it and of its stores is told how long it took. */
export const timeVectors = (database: VectorDatabase, note: (call: StoreCall) => void): VectorDatabase => {
  const timed: Timed =
    (operation, call) =>
    async (...input) => {
      const since = performance.now();
      const end = (outcome: StoreCall['outcome']) =>
        note({ operation, outcome, seconds: (performance.now() - since) / 1000 });
      try {
        const output = await call(...input);
        end('ok');
        return output;
      } catch (error) {
        end('failed');
        throw error;
      }
    };
  return {
    ...database,
    ping: timed('ping', database.ping),
    openSpace: async (...input) => timeStore(await database.openSpace(...input), timed),
  };
};

const timeStore = (store: VectorStore, timed: Timed): VectorStore => ({
  space: store.space,
  upsertTrack: timed('upsertTrack', store.upsertTrack),
  updateFields: timed('updateFields', store.updateFields),
  removeTracks: timed('removeTracks', store.removeTracks),
  searchClips: timed('searchClips', store.searchClips),
  searchTracks: timed('searchTracks', store.searchTracks),
  getTracks: timed('getTracks', store.getTracks),
  clipsOf: timed('clipsOf', store.clipsOf),
  clipsOfRevisions: timed('clipsOfRevisions', store.clipsOfRevisions),
  clipKeysOf: timed('clipKeysOf', store.clipKeysOf),
  counts: timed('counts', store.counts),
  scanTracks: timed('scanTracks', store.scanTracks),
  scanClipKeys: timed('scanClipKeys', store.scanClipKeys),
  optimize: timed('optimize', store.optimize),
  settled: store.settled,
  describeIndex: timed('describeIndex', store.describeIndex),
});
