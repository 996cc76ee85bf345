import type { Catalogue } from '@soundalike/catalogue';
import type { Embedder, ModelInfo } from '@soundalike/embedder';
import type { FetchPolicy } from '@soundalike/source';
import type { VectorStore } from '@soundalike/store';
import type { Verdict } from './search-answer.ts';
import type { SearchPlan } from './search-plan.ts';
import type { SearchStage } from './stopwatch.ts';

/** What a search needs; put together by the command line. */
export interface SearchDeps {
  readonly catalogue: Catalogue;
  /** The space that is live as the query begins. */
  readonly store: VectorStore;
  readonly model: ModelInfo;
  /** Started when the first query needs it: a search by track id needs none. */
  embedder(): Promise<Embedder>;
  readonly ffmpeg: string;
  readonly fetchPolicy: FetchPolicy;
  readonly temporaryFolder: string;
  /** How candidates are found; `auto` where nothing is said. */
  readonly plan?: SearchPlan | undefined;
  /** Longest query, seconds. */
  readonly maxQuerySeconds: number;
  /** Told of every search that was answered. */
  readonly observe?: ((ended: EndedSearch) => void) | undefined;
}

export interface EndedSearch {
  readonly verdict: Verdict;
  /** Milliseconds by stage. */
  readonly stages: Partial<Record<SearchStage, number>>;
}
