import type { Item } from '@soundalike/catalogue';
import type { EmbeddedTrack } from '@soundalike/embedder';
import type { IngestDeps } from './ingest-deps.ts';
import type { StageTimer } from './stage-timer.ts';

/** Work that items of one process share, by space and content: the same content arriving twice at once is embedded once. */
export type InFlight = Map<string, Promise<EmbeddedTrack>>;

/** An item in hand, with everything that working on it takes. */
export interface ItemAtWork {
  readonly item: Item;
  readonly deps: IngestDeps;
  readonly timer: StageTimer;
  readonly inFlight: InFlight;
  readonly signal: AbortSignal;
}

export interface ItemResult {
  readonly outcome: 'indexed' | 'duplicate';
  readonly trackId: string;
  /** Clips stored, and seconds of audio embedded: 0 where vectors were reused. */
  readonly clips: number;
  readonly audioSeconds: number;
  readonly timings: Readonly<Record<string, number>>;
}
