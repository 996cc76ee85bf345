import { type ErrorCode, toSoundalikeError } from '@soundalike/core';
import type { JobHandler } from '@soundalike/queue';
import { formatLocation } from '@soundalike/source';
import type { IngestDeps } from './ingest-deps.ts';
import { type InFlight, processItem } from './process-item.ts';

/** Errors after which another try would only do harm: the embedding process has died on this very audio three times. */
const POISON: ReadonlySet<ErrorCode> = new Set(['EMBED_CRASHED']);

/**
 * The queue's handler: works on an item and writes its end into the ledger. Faults of the surroundings (a server away, a stop) put it back
 * without counting; `onFatal` is told of errors that no item is to blame for and waiting cannot mend (a model of another space).
 */
export const createJobHandler = (deps: IngestDeps, onFatal: (error: Error) => void): JobHandler => {
  const { catalogue, worker, logger, observer } = deps;
  const inFlight: InFlight = new Map();
  return async ({ itemId, attempt, maxAttempts, signal }) => {
    const item = await catalogue.startItem(itemId, worker);
    if (!item) return; // ended meanwhile, or deleted: nothing to do
    observer?.started({ id: itemId, path: formatLocation(item) });
    try {
      const { outcome, ...done } = await processItem(item, deps, inFlight, signal);
      observer?.ended(itemId, { outcome: 'done', ...done });
      logger.debug({ item: itemId, path: formatLocation(item), outcome }, 'item done');
    } catch (thrown) {
      const error = toSoundalikeError(thrown);
      const { countsAttempt, retryable } = error.policy;
      if (!countsAttempt || signal.aborted) {
        observer?.ended(itemId, { outcome: 'released', code: error.code });
        await catalogue.releaseItem(itemId, worker).catch(() => undefined); // where the database is away, the lease runs out
        if (!retryable) onFatal(error);
        throw error;
      }
      const retry = retryable && !POISON.has(error.code) && attempt < maxAttempts;
      observer?.ended(itemId, { outcome: retry ? 'retry' : 'failed', code: error.code });
      await catalogue.failItem({
        itemId,
        worker,
        code: error.code,
        message: error.message,
        detail: error.detail,
        retry,
      });
      logger[error.code === 'INTERNAL' ? 'error' : 'debug'](
        { item: itemId, path: formatLocation(item), code: error.code, attempt, retry, err: error },
        'item failed',
      );
      if (retry) throw error;
    }
  };
};
