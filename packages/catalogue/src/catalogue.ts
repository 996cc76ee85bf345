import type { Keys } from './keys-port.ts';
import type { LeasesPort } from './leases-port.ts';
import type { Monitoring } from './monitoring-port.ts';
import type { RunsPort } from './runs-port.ts';
import type { ScanningPort } from './scanning-port.ts';
import type { SpacesPort } from './spaces-port.ts';
import type { TracksPort } from './tracks-port.ts';
import type { WorkingPort } from './working-port.ts';

export type {
  Attempt,
  FoundItem,
  Item,
  ItemLocation,
  ItemOutcome,
  ItemState,
  Problem,
  Stage,
} from './item.ts';
export type { EndedItem, FormatProgress, Run, RunActivity, RunCounts } from './runs-port.ts';
export type { Difference, Place, ScanResult, SourceScope } from './scanning-port.ts';
export type {
  MissingReason,
  Space,
  SpaceStanding,
  SpaceState,
  SpaceTransformBytes,
  TrackInSpace,
} from './spaces-port.ts';
export type { DuplicateCopy, DuplicateGroup, Facets, FacetValue, Track } from './tracks-port.ts';
export type { FailureFilter, FailureGroup, IndexedItem } from './working-port.ts';

/**
 * The database of items, tracks, spaces and runs. Every method is one transaction or one statement; failures to reach
 * the database are `DATABASE_UNAVAILABLE`.
 */
export interface Catalogue
  extends RunsPort,
    ScanningPort,
    WorkingPort,
    LeasesPort,
    TracksPort,
    SpacesPort,
    Monitoring,
    Keys {
  readonly kind: 'sqlite' | 'postgres';
  readonly url: string;

  /** The answer given to a request with this key before; `fingerprint` tells whether it was the same request. */
  findAnswer(key: string): Promise<{ fingerprint: string; answer: string } | undefined>;
  /** Keeps an answer for a day. */
  keepAnswer(entry: { key: string; fingerprint: string; answer: string }): Promise<void>;

  getSetting(key: string): Promise<string | undefined>;
  setSetting(key: string, value: string | undefined): Promise<void>;

  ping(): Promise<void>;
  close(): Promise<void>;
}
