/** What a dry run needs of ingestion: apart from the rest, so that it loads neither a network nor what stores vectors. */
export { createProgress, type Progress } from './report/show-progress.ts';
export { compareSource, formatDifference, type SourceDifference } from './scan/compare-source.ts';
export { findRoot, type Roots, readRoots } from './sources/find-root.ts';
export { openSource } from './sources/open-source.ts';
export { parseSelection, type Selection, selectEntries } from './sources/select-entries.ts';
export type { Source, SourceEntry } from './sources/source-entry.ts';
