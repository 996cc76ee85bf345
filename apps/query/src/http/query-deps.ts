import type { Catalogue } from '@soundalike/catalogue';
import type { SearchDeps } from '../search/search-deps.ts';

export interface ModelDescription {
  readonly name: string;
  readonly trained: boolean;
  /** Measured, by name of the figure; null: not measured. */
  readonly quality: Record<string, number> | null;
}

/** What the routes of the query app need; put together by the command line. */
export interface QueryDeps {
  readonly catalogue: Catalogue;
  /** Name of the catalogue that is served. */
  readonly catalogueName: string;
  /** Parts of a search in the space that is live now. Throws `INDEX_EMPTY`, `SPACE_MISMATCH`, … */
  searchDeps(): Promise<SearchDeps>;
  /** An installed model by its name; null where it is not installed here. */
  describeModel(name: string): Promise<ModelDescription | null>;
  /** Root name to folder on this host: where audio may be streamed from. */
  roots(): Promise<Readonly<Record<string, string>>>;
  /** Where uploads lie while they are searched with. */
  readonly temporaryFolder: string;
  /** Where the maps of the catalogue are kept. */
  readonly mapFolder: string;
  /** Where waveforms are kept. */
  readonly waveformFolder: string;
  /** All uploads of a request together, bytes. */
  readonly maxUploadBytes: number;
  /** How long a search may take, ms. */
  readonly queryTimeoutMs: number;
}
