export {
  type DuplicatesView,
  type Evidence,
  listDuplicates,
} from './duplicates/list-duplicates.ts';
export { findSameRecordings, type SameRecording } from './duplicates/same-recordings.ts';
export { dashboardPage } from './http/dashboard-page.ts';
export type { IngestHttpDeps } from './http/ingest-http-deps.ts';
export { registerIngestRoutes } from './http/register-ingest-routes.ts';
export { registerQueueMetrics } from './monitor/queue-metrics.ts';
export { createWorkMetrics, type WorkMetrics } from './monitor/work-metrics.ts';
export { formatDuration, formatReport, type IngestReport } from './report/ingest-report.ts';
export { measureRun, type RunProgress } from './report/measure-run.ts';
export { createProgress, type Progress } from './report/show-progress.ts';
export { type RunIngestOptions, runIngest } from './run-ingest.ts';
export { compareSource, formatDifference, type SourceDifference } from './scan/compare-source.ts';
export { locateBelow } from './sources/find-known.ts';
export { findRoot, type Roots, readRoots } from './sources/find-root.ts';
export { manifestJsonSchema } from './sources/manifest-schema.ts';
export { openSource } from './sources/open-source.ts';
export { parseSelection, type Selection, selectEntries } from './sources/select-entries.ts';
export type { Source, SourceEntry } from './sources/source-entry.ts';
export * from './spaces/index.ts';
export { watchFolder } from './watch-folder.ts';
export { type BackfillResult, backfillSignatures } from './work/backfill-signatures.ts';
export { feedQueue } from './work/feed-queue.ts';
export type { IngestDeps } from './work/ingest-deps.ts';
export { startWorker } from './work/start-worker.ts';
export { workOffRun } from './work/work-off-run.ts';
