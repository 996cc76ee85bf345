export { formatDuration, formatReport, type IngestReport } from './report/ingest-report.ts';
export { createProgress, type Progress } from './report/show-progress.ts';
export { type RunIngestOptions, runIngest } from './run-ingest.ts';
export { findRoot, type Roots, readRoots } from './sources/find-root.ts';
export { openSource } from './sources/open-source.ts';
export type { Source, SourceEntry } from './sources/source-entry.ts';
export { feedQueue } from './work/feed-queue.ts';
export type { IngestDeps } from './work/ingest-deps.ts';
export { startWorker } from './work/start-worker.ts';
