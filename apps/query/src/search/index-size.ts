import type { Catalogue } from '@soundalike/catalogue';
import type { VectorStore } from '@soundalike/store';

/** Up to so many tracks are counted for every query: it takes a millisecond or two, and the floor of a small catalogue moves with each. */
const COUNTED_TRACKS = 10_000;

/** How long the store's counts are believed, ms. */
const BELIEVED_MS = 60_000;

/** Counts older than this are waited for, ms: a catalogue may have been ingested since anybody last asked. */
const STALE_MS = 10 * 60_000;

interface IndexSize {
  readonly tracks: number;
  readonly clips: number;
}

interface Known {
  /** When they were last asked for. */
  at: number;
  /** When they last came. */
  since: number;
  size: Promise<IndexSize>;
}

const sizes = new WeakMap<VectorStore, Known>();

/**
 * Rows of an index by the store's own counts. The first query waits for them, and one after a long rest; they are renewed beside all others,
 * and where that fails the former ones stand.
 */
export const indexSize = (store: VectorStore): Promise<IndexSize> => {
  const known = sizes.get(store);
  if (!known) {
    const first = { at: Date.now(), since: Date.now(), size: store.counts() };
    sizes.set(store, first);
    first.size.catch(() => sizes.delete(store));
    return first.size;
  }
  if (Date.now() - known.at >= BELIEVED_MS) {
    known.at = Date.now();
    const former = known.size;
    const renewed = store.counts().then(
      (size) => {
        known.size = Promise.resolve(size);
        known.since = Date.now();
        return size;
      },
      () => former,
    );
    if (Date.now() - known.since >= STALE_MS) return renewed;
  }
  return known.size;
};

/** How many tracks a search is among: exact where they are few, else the store's count of a moment ago. No query counts all of many. */
export const trackCount = async ({
  catalogue,
  store,
}: {
  catalogue: Pick<Catalogue, 'countTracks'>;
  store: VectorStore;
}): Promise<number> => {
  const counted = await catalogue.countTracks(store.space, { atMost: COUNTED_TRACKS + 1 });
  return counted <= COUNTED_TRACKS ? counted : Math.max(counted, (await indexSize(store)).tracks);
};
