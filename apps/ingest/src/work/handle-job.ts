import { SoundalikeError, toSoundalikeError } from '@soundalike/core';
import type { JobHandler } from '@soundalike/queue';
import { formatLocation } from '@soundalike/source';
import { updateMetadata } from '../scan/update-metadata.ts';
import type { UsedSpaces } from '../spaces/working-spaces.ts';
import type { IngestDeps } from './ingest-deps.ts';
import { isPoison } from './is-poison.ts';
import type { InFlight } from './item-at-work.ts';
import { processItem } from './process-item.ts';
import { createServerGate, type ServerGate } from './wait-for-servers.ts';

/**
 * The queue's handler: works on an item and writes its end into the ledger. Faults of the surroundings (a server away, a stop) put it back
 * without counting; `onFatal` is told of errors that no item is to blame for and waiting cannot mend (a model of another space).
 */
export const createJobHandler = (deps: IngestDeps, onFatal: (error: Error) => void): JobHandler => {
  const inFlight: InFlight = new Map();
  const gate = createServerGate(deps);
  const work = createWorker(deps, inFlight, gate, onFatal);
  return async (job) => {
    await gate.open(job.signal);
    if (job.signal.aborted) throw new SoundalikeError('CANCELLED', 'Stopped while a server was away');
    const used = await deps.spaces?.use().catch((thrown) => {
      const error = toSoundalikeError(thrown);
      gate.tell(error);
      if (!error.policy.retryable) onFatal(error);
      throw error;
    });
    try {
      await work(job, used);
    } finally {
      used?.release();
    }
  };
};

const createWorker =
  (deps: IngestDeps, inFlight: InFlight, gate: ServerGate, onFatal: (error: Error) => void) =>
  async (
    { itemId, attempt, maxAttempts, signal }: Parameters<JobHandler>[0],
    used: UsedSpaces | undefined,
  ): Promise<void> => {
    const { catalogue, worker, logger, observer } = deps;
    const item = await catalogue.startItem(itemId, worker).catch((error) => {
      gate.tell(toSoundalikeError(error));
      throw error;
    });
    if (!item) return; // ended meanwhile, or deleted: nothing to do
    observer?.started({ id: itemId, path: formatLocation(item) });
    try {
      const { outcome, ...done } = await processItem(item, await depsIn(used, deps), inFlight, signal);
      observer?.ended(itemId, { outcome: 'done', ...done });
      logger.debug({ item: itemId, path: formatLocation(item), outcome }, 'item done');
    } catch (thrown) {
      const error = toSoundalikeError(thrown);
      const { countsAttempt, retryable } = error.policy;
      gate.tell(error);
      if (!countsAttempt || signal.aborted) {
        observer?.ended(itemId, { outcome: 'released', code: error.code });
        await catalogue.releaseItem(itemId, worker).catch(() => undefined); // where the database is away, the lease runs out
        if (!retryable) onFatal(error);
        throw error;
      }
      const retry = retryable && attempt < maxAttempts && !(await isPoison(item, error.code, catalogue));
      observer?.ended(itemId, { outcome: retry ? 'retry' : 'failed', code: error.code });
      const { promoted } = await catalogue.failItem({
        itemId,
        worker,
        code: error.code,
        message: error.message,
        detail: error.detail,
        retry,
      });
      await updateMetadata(promoted, deps);
      logger[error.code === 'INTERNAL' ? 'error' : 'debug'](
        { item: itemId, path: formatLocation(item), code: error.code, attempt, retry, err: error },
        'item failed',
      );
      if (retry) throw error;
    }
  };

/** What an item is worked on with: the spaces as they are now, for its whole time. */
const depsIn = async (used: UsedSpaces | undefined, deps: IngestDeps): Promise<IngestDeps> => {
  if (!used) return deps;
  const { live, building } = used;
  return {
    ...deps,
    building,
    store: live.store,
    coverage: live.coverage,
    embedder: await live.embedder(),
  };
};
