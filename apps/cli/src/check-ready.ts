import type { Catalogue } from '@soundalike/catalogue';
import { isSoundalikeError, SoundalikeError } from '@soundalike/core';
import type { StoreCache } from '@soundalike/ingest';
import type { VectorDatabase } from '@soundalike/store';

/** Whoever asks whether we are ready does not wait as long as a search does for a store that may come back, ms. */
const PATIENCE_MS = 4_000;

/**
 * Resolves when a search would get its data: the database says which space is live, and a row of that space is read as searches read
 * them. Before the first ingest, the store has to answer at all.
 *
 * @throws SoundalikeError `STORE_UNAVAILABLE`, `DATABASE_UNAVAILABLE`
 */
export const checkReady = async (parts: {
  catalogue: Pick<Catalogue, 'liveSpace'>;
  vectors: Pick<VectorDatabase, 'ping'>;
  stores: Pick<StoreCache, 'open'>;
}): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new SoundalikeError(
            'STORE_UNAVAILABLE',
            `No answer within ${PATIENCE_MS / 1000} s of asking for a row`,
          ),
        ),
      PATIENCE_MS,
    );
  });
  try {
    await Promise.race([readRow(parts), late]);
  } finally {
    clearTimeout(timer);
  }
};

const readRow = async ({ catalogue, vectors, stores }: Parameters<typeof checkReady>[0]): Promise<void> => {
  const live = await catalogue.liveSpace();
  if (!live) return vectors.ping();
  const store = await stores.open(live.name).catch((error) => {
    if (!isSoundalikeError(error) || error.code !== 'INDEX_EMPTY') throw error;
    throw new SoundalikeError('STORE_UNAVAILABLE', `The store lacks the live space ${live.name}`, {
      cause: error,
    });
  });
  await store.getTracks(['-']);
};
