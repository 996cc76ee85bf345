import type { JobQueue } from '@soundalike/queue';
import type { IngestReport } from './report/ingest-report.ts';
import type { RunProgress } from './report/measure-run.ts';
import { pruneGone } from './scan/prune.ts';
import { recordSource } from './scan/record-source.ts';
import type { Source } from './sources/source-entry.ts';
import type { IngestDeps } from './work/ingest-deps.ts';
import { workOffRun } from './work/work-off-run.ts';

export interface RunIngestOptions {
  readonly source: Source;
  readonly catalogueName: string;
  readonly deps: IngestDeps;
  readonly queue: JobQueue;
  /** Items worked on at once. */
  readonly concurrency: number;
  /** Work on everything, also what has not changed. */
  readonly force?: boolean | undefined;
  /** Remove what is gone from the index; refused where more than half of the source is, unless `allowLoss`. */
  readonly prune?: boolean | undefined;
  readonly allowLoss?: boolean | undefined;
  /** While the source is read. */
  readonly onFound?: ((entries: number) => void) | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * One run over a source: records what it holds, queues what is new or changed, works it off (here, and wherever else workers listen) and
 * reports. Killed and started again, it goes on where it was.
 *
 * @throws SoundalikeError what makes all work impossible, and `PRUNE_REFUSED`; items that fail are in the report
 */
export const runIngest = async (options: RunIngestOptions): Promise<IngestReport> => {
  const { source, catalogueName, deps, queue, concurrency, signal, onProgress, prune } = options;
  const { catalogue, store } = deps;
  const began = Date.now();
  const run = await catalogue.createRun({ catalogue: catalogueName, source: source.name });
  const { sawEverything } = await recordSource({ ...options, runId: run.id }).catch(async (error) => {
    await catalogue.setRunState(run.id, 'interrupted').catch(() => undefined);
    throw error;
  });
  await catalogue.setRunState(run.id, 'running');

  const { counts, failure } = await workOffRun({
    runId: run.id,
    deps,
    queue,
    concurrency,
    signal,
    onProgress,
  });
  const isDone = counts.queued + counts.active === 0;
  // After the work: a file that moved has its track under the new place by now, unless another run is still at it.
  const pruned =
    prune && isDone && counts.handedOver === 0 && source.scope && !failure
      ? await pruneGone(deps, catalogueName, source.scope)
      : 0;
  await store.optimize();
  await catalogue.setRunState(run.id, isDone ? 'done' : 'interrupted');
  if (failure) throw failure;
  return {
    run: run.id,
    ...counts.outcomes,
    handedOver: counts.handedOver,
    pruned,
    sawEverything,
    pending: counts.queued + counts.active,
    failures: await catalogue.failureGroups({ runId: run.id }),
    audioSeconds: Math.round(counts.audioSeconds * 10) / 10,
    wallSeconds: Math.round((Date.now() - began) / 100) / 10,
  };
};
