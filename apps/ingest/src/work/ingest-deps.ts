import type { Catalogue } from '@soundalike/catalogue';
import type { Logger } from '@soundalike/core';
import type { Embedder } from '@soundalike/embedder';
import type { FetchPolicy } from '@soundalike/source';
import type { VectorStore } from '@soundalike/store';
import type { WorkObserver } from '../monitor/work-meter.ts';
import type { Roots } from '../sources/find-root.ts';
import type { SpaceTarget, WorkingSpaces } from '../spaces/working-spaces.ts';

/** What working on items needs; put together by the command line. */
export interface IngestDeps {
  readonly catalogue: Catalogue;
  /** The live space's, as those below: resolved once for each item where `spaces` is given. */
  readonly store: VectorStore;
  readonly embedder: Embedder;
  /** Spaces beside the live one that get every track, too. */
  readonly building?: readonly SpaceTarget[] | undefined;
  /** Follows the live pointer; without it the space is that of `store` for good. */
  readonly spaces?: WorkingSpaces | undefined;
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
