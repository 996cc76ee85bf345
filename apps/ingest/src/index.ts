export {
  type DuplicatesView,
  type Evidence,
  listDuplicates,
} from './duplicates/list-duplicates.ts';
export { findSameRecordings, type SameRecording } from './duplicates/same-recordings.ts';
export * from './preview.ts';
export { formatDuration, formatReport, type IngestReport } from './report/ingest-report.ts';
export { measureRun, type RunProgress } from './report/measure-run.ts';
export { type RunIngestOptions, runIngest } from './run-ingest.ts';
export { locateBelow } from './sources/find-known.ts';
export { manifestJsonSchema } from './sources/manifest-schema.ts';
export * from './spaces/index.ts';
export { watchFolder } from './watch-folder.ts';
export { type BackfillResult, backfillSignatures } from './work/backfill-signatures.ts';
export { feedQueue } from './work/feed-queue.ts';
export type { IngestDeps } from './work/ingest-deps.ts';
export { startWorker } from './work/start-worker.ts';
export { workOffRun } from './work/work-off-run.ts';
