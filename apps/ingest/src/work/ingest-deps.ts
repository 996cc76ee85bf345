import type { Catalogue } from '@soundalike/catalogue';
import type { Logger } from '@soundalike/core';
import type { Embedder } from '@soundalike/embedder';
import type { FetchPolicy } from '@soundalike/source';
import type { VectorStore } from '@soundalike/store';
import type { WorkObserver } from '../monitor/work-meter.ts';
import type { Roots } from '../sources/find-root.ts';

/** What working on items needs; put together by the command line. */
export interface IngestDeps {
  readonly catalogue: Catalogue;
  readonly store: VectorStore;
  readonly embedder: Embedder;
  readonly ffmpeg: string;
  /** `host:pid`. */
  readonly worker: string;
  /** Configured roots; those made by use are read from the catalogue. */
  readonly roots: Roots;
  readonly fetchPolicy: FetchPolicy;
  readonly temporaryFolder: string;
  /** Longest track, seconds. */
  readonly maxSeconds: number;
  /** Of items that outside producers add. */
  readonly catalogueName?: string | undefined;
  /** `full` (also when not said), or `sampled:N`: N windows spread over each track. */
  readonly coverage?: string | undefined;
  /** Niceness of ffmpeg. */
  readonly nice: number;
  readonly logger: Logger;
  /** What PROVIDER asked for; the embedder says what it became. */
  readonly providerAsked?: string | undefined;
  /** Told of every item worked on, for metrics. */
  readonly observer?: (WorkObserver & { stalled?(count: number): void }) | undefined;
}
