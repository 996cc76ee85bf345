import type { ItemState } from './item.ts';

export interface Space {
  readonly name: string;
  readonly model: string;
  /** Everything the name hashes over, for people: weights, window, hop, tail, decoding, transform. */
  readonly description: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
}

/** What a space is for: searched; filled beside the live one; searched before and kept to go back to; none of these. */
export type SpaceState = 'live' | 'building' | 'kept' | 'idle';

/** A space and where it stands. */
export interface SpaceStanding extends Space {
  readonly state: SpaceState;
  /** The run that queued the items to fill it. */
  readonly runId: number | null;
}

/** What makes raw vectors those of a space, and its scores; as bytes, for the catalogue does no arithmetic. */
export interface SpaceTransformBytes {
  /** Little-endian float32. */
  readonly mean: Uint8Array;
  readonly whitening: Uint8Array | undefined;
  /** Score calibration. */
  readonly calibration: unknown;
}

/** Why tracks of one space are not in another: where the items that made them stand. */
export interface MissingReason {
  /** State of the track's item; null where no living item holds it. */
  readonly state: ItemState | null;
  /** The error of failed items. */
  readonly code: string | null;
  readonly count: number;
}

/** A track's presence in one space: the revision and number of clips that its vectors there have. */
export interface TrackInSpace {
  readonly trackId: string;
  readonly contentId: string;
  readonly clipCount: number;
}

/** Embedding spaces, the one pointer to the live one, and which track is in which. */
export interface SpacesPort {
  liveSpace(): Promise<Space | undefined>;
  /** Makes a space known; it becomes live where none is. Returns the live one. */
  ensureSpace(space: Omit<Space, 'createdAt'>): Promise<Space>;
  setLiveSpace(name: string): Promise<void>;
  /** Every known space, oldest first. */
  listSpaces(): Promise<SpaceStanding[]>;
  /** Makes a space known as one that is being built; the pointer stays. One that is live already stays live. */
  addSpace(space: Omit<Space, 'createdAt'>): Promise<void>;
  /** Remembers which run fills a space that is being built. */
  setSpaceRun(name: string, runId: number): Promise<void>;
  /**
   * Flips the one pointer from one space to another; the one left is kept. `SPACE_MISMATCH` where `from` is not live (any more).
   */
  flipLiveSpace(options: { from: string; to: string }): Promise<void>;
  /** Keeps a space's transform; one that is kept already stays, for the name of a space says which it is. */
  putSpaceTransform(name: string, transform: SpaceTransformBytes): Promise<void>;
  getSpaceTransform(name: string): Promise<SpaceTransformBytes | undefined>;
  /** Forgets a space and which tracks are in it. `SPACE_MISMATCH` where it is live. */
  forgetSpace(name: string): Promise<void>;

  /** Writes down that the vectors of a track's revision are in a space; `finishItem` does so for its own. */
  recordInSpace(presence: TrackInSpace & { space: string }): Promise<void>;
  /** Takes tracks out of a space, so that they count as missing there. */
  removeFromSpace(space: string, trackIds: readonly string[]): Promise<void>;
  /** Tracks of a space ordered by id: pages for verification. */
  tracksInSpace(options: {
    space: string;
    after?: string | undefined;
    limit: number;
  }): Promise<TrackInSpace[]>;
  /** Of these tracks, what a space has. */
  presenceOf(space: string, trackIds: readonly string[]): Promise<Map<string, TrackInSpace>>;
  /** Tracks of `from` that are not in `space`, or there with other content, ordered by id. */
  missingInSpace(options: {
    space: string;
    from: string;
    after?: string | undefined;
    limit: number;
  }): Promise<string[]>;
  /** Why tracks of `from` are not in `space`, the commonest reason first. */
  missingReasons(options: { space: string; from: string }): Promise<MissingReason[]>;
  /**
   * Queues the items that made these tracks again (`tries + 1`) as part of a run. Items on the way already are left alone.
   * They come after all other work. Returns ids and tries, as the queue wants them.
   */
  queueTracks(trackIds: readonly string[], runId: number): Promise<{ itemId: number; try: number }[]>;
}
