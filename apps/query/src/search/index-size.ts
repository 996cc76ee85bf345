import type { Catalogue } from '@soundalike/catalogue';
import type { VectorStore } from '@soundalike/store';

/** Up to so many tracks are counted for every query: it takes a millisecond or two, and the floor of a small catalogue moves with each. */
const COUNTED_TRACKS = 10_000;

/** How long the store's counts are believed, ms: an index of any size does not grow by half meanwhile. */
const BELIEVED_MS = 60_000;

interface IndexSize {
  readonly tracks: number;
  readonly clips: number;
}

interface Known {
  at: number;
  size: Promise<IndexSize>;
}

const sizes = new WeakMap<VectorStore, Known>();

/**
 * Rows of an index by the store's own counts. Only the first query waits for them; they are renewed beside later ones, and where that fails
 * the former ones stand.
 */
export const indexSize = (store: VectorStore): Promise<IndexSize> => {
  const known = sizes.get(store);
  if (!known) {
    const first = { at: Date.now(), size: store.counts() };
    sizes.set(store, first);
    first.size.catch(() => sizes.delete(store));
    return first.size;
  }
  if (Date.now() - known.at >= BELIEVED_MS) {
    known.at = Date.now();
    store.counts().then(
      (size) => {
        known.size = Promise.resolve(size);
      },
      () => undefined,
    );
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
  return counted <= COUNTED_TRACKS ? counted : (await indexSize(store)).tracks;
};
