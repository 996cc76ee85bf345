import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundItem, ItemLocation, RunCounts } from '@soundalike/catalogue';
import { filterFieldsOf, SoundalikeError } from '@soundalike/core';
import type { JobQueue } from '@soundalike/queue';
import { formatLocation } from '@soundalike/source';
import type { IngestReport } from './report/ingest-report.ts';
import type { Source, SourceEntry } from './sources/source-entry.ts';
import type { IngestDeps } from './work/ingest-deps.ts';
import { startWorker } from './work/start-worker.ts';

/** Entries recorded in one transaction. */
const BATCH = 1_000;

/** How often progress is looked up, ms. */
const WATCH_EVERY_MS = 250;

export interface RunIngestOptions {
  readonly source: Source;
  readonly catalogueName: string;
  readonly deps: IngestDeps;
  readonly queue: JobQueue;
  /** Items worked on at once. */
  readonly concurrency: number;
  /** Work on everything, also what has not changed. */
  readonly force?: boolean | undefined;
  readonly onProgress?: ((progress: RunCounts) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * One run over a source: records what it holds, queues what is new or changed, works it off (here, and wherever else workers listen) and
 * reports. Killed and started again, it goes on where it was.
 *
 * @throws SoundalikeError what makes all work impossible; items that fail are in the report
 */
export const runIngest = async (options: RunIngestOptions): Promise<IngestReport> => {
  const { source, catalogueName, deps, queue, concurrency, signal, onProgress } = options;
  const { catalogue, store } = deps;
  const began = Date.now();
  const run = await catalogue.createRun({ catalogue: catalogueName, source: source.name });
  await scan(run.id, options);
  await catalogue.setRunState(run.id, 'running');

  const done = new AbortController();
  const working = startWorker({ deps, queue, concurrency, signal: AbortSignal.any([signal, done.signal]) });
  let failure: unknown;
  working.catch((error) => {
    failure = error;
  });
  for (;;) {
    const counts = await catalogue.runCounts(run.id);
    onProgress?.(counts);
    if (counts.queued + counts.active === 0 || signal.aborted || failure) break;
    await sleep(WATCH_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  done.abort();
  await working.catch(() => undefined);
  await store.optimize();
  const counts = await catalogue.runCounts(run.id);
  const isDone = counts.queued + counts.active === 0;
  await catalogue.setRunState(run.id, isDone ? 'done' : 'interrupted');
  if (failure) throw failure;
  return {
    run: run.id,
    ...counts.outcomes,
    pending: counts.queued + counts.active,
    failures: await catalogue.failureGroups({ runId: run.id }),
    audioSeconds: Math.round(counts.audioSeconds * 10) / 10,
    wallSeconds: Math.round((Date.now() - began) / 100) / 10,
  };
};

const scan = async (
  runId: number,
  { source, catalogueName, deps, force, signal }: RunIngestOptions,
): Promise<void> => {
  const { catalogue, store } = deps;
  const record = (found: readonly FoundItem[]) =>
    catalogue.recordFound({
      runId,
      catalogue: catalogueName,
      space: store.space,
      found,
      force: force ?? false,
    });
  let batch: FoundItem[] = [];
  let sawEverything = true;
  const flush = async () => {
    // Twice the same place in one batch (a manifest that lists a file twice without ids) is one item.
    const { metadataChanged, conflicts } = await record([
      ...new Map(
        batch.map((item) => [JSON.stringify([item.root, item.path, item.externalId]), item]),
      ).values(),
    ]);
    batch = [];
    for (const itemId of metadataChanged) await updateMetadata(itemId, deps);
    for (const { item, holder } of conflicts) await recordInvalid(conflictEntry(item, holder), record, deps);
  };
  for await (const entry of source.entries) {
    if (signal.aborted) return;
    if (entry.kind === 'invalid') {
      sawEverything = false;
      await recordInvalid(entry, record, deps);
      continue;
    }
    batch.push(entry.item);
    if (batch.length >= BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  // A folder that could not be read must not make everything in it look gone.
  if (source.complete && sawEverything)
    await catalogue.recordGone({ runId, catalogue: catalogueName, scope: source.complete });
};

/** An entry that cannot be used is an item that failed, so that it is counted and can be looked up. */
const recordInvalid = async (
  { location, error }: Extract<SourceEntry, { kind: 'invalid' }>,
  record: (found: readonly FoundItem[]) => Promise<{ queued: number[] }>,
  { catalogue }: IngestDeps,
) => {
  const { queued } = await record([
    { ...location, externalId: null, metadata: {}, size: null, modifiedMs: null },
  ]);
  for (const itemId of queued)
    await catalogue.failItem({
      itemId,
      code: error.code,
      message: error.message,
      detail: error.detail,
      retry: false,
    });
};

/** Two places of one source under one own id would overwrite each other for ever. */
const conflictEntry = (item: FoundItem, holder: ItemLocation): Extract<SourceEntry, { kind: 'invalid' }> => ({
  kind: 'invalid',
  location: { root: null, path: `${formatLocation(item)} (id ${item.externalId})` },
  error: new SoundalikeError(
    'MANIFEST_INVALID',
    `The id "${item.externalId}" of ${formatLocation(item)} already belongs to ${formatLocation(holder)}`,
    { fields: { externalId: item.externalId } },
  ),
});

const updateMetadata = async (itemId: number, { catalogue, store }: IngestDeps) => {
  const track = await catalogue.updateTrackMetadata(itemId);
  if (!track) return;
  await store.updateFields(track.id, filterFieldsOf(track, track.durationSeconds));
};
