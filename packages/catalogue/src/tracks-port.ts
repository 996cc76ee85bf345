import type { Filter, TrackMetadata } from '@soundalike/core';
import type { ItemLocation } from './item.ts';

/** A track as the database knows it; the vectors are the store's. */
export interface Track extends TrackMetadata {
  readonly id: string;
  readonly catalogue: string;
  readonly externalId: string | null;
  readonly contentId: string;
  readonly space: string;
  readonly durationSeconds: number;
  readonly clipCount: number;
  /** `full`, or `sampled:10`: that many windows spread over the track. */
  readonly coverage: string;
  /** Where its audio is: the first location attached. */
  readonly location: ItemLocation;
  readonly indexedAt: number;
}

/** Places that hold the same audio, with what says so. They stay as they are: nothing is merged or deleted. */
export interface DuplicateGroup {
  readonly evidence: 'same-content' | 'same-recording';
  /** What they share: the content id. */
  readonly key: string;
  readonly copies: readonly DuplicateCopy[];
}

export interface DuplicateCopy {
  readonly itemId: number;
  readonly trackId: string;
  readonly externalId: string | null;
  readonly location: ItemLocation;
  /** What its manifest and its own tags say, each copy its own. */
  readonly metadata: TrackMetadata;
}

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

export interface Facets {
  readonly artists: readonly FacetValue[];
  readonly genres: readonly FacetValue[];
  readonly tags: readonly FacetValue[];
  readonly years: { readonly from: number | null; readonly to: number | null };
}

/** Tracks, and the spectral signatures of their contents. */
export interface TracksPort {
  getTracks(trackIds: readonly string[]): Promise<Map<string, Track>>;
  findTrack(idOrExternalId: string, catalogue?: string): Promise<Track | undefined>;
  /** The tracks of items, by item. */
  tracksOfItems(itemIds: readonly number[]): Promise<Map<number, Track>>;
  /** Any track whose vectors of this content are in the space: they can be reused. */
  findTrackByContent(contentId: string, space: string): Promise<Track | undefined>;
  listTracks(options: { query?: string; filter?: Filter; after?: string; limit: number }): Promise<Track[]>;
  updateTrackMetadata(itemId: number): Promise<Track | undefined>;
  removeTracks(trackIds: readonly string[]): Promise<void>;
  /** With `atMost`, counting ends there: it costs no more than that, however many there are. */
  countTracks(space?: string, options?: { atMost?: number | undefined }): Promise<number>;
  /** What the tracks of a space can be narrowed by: at most 200 values of each kind, the commonest first. */
  facets(space: string): Promise<Facets>;
  /** Sums over the tracks of a space (or all). */
  trackTotals(space?: string): Promise<{ tracks: number; clips: number; audioSeconds: number }>;
  /** Groups of places with the same audio, by key after `after`. */
  duplicateGroups(options: { catalogue?: string; after?: string; limit: number }): Promise<DuplicateGroup[]>;
  /** All places where a track's audio lies, first attached first. */
  locationsOf(trackId: string): Promise<ItemLocation[]>;

  putSignature(contentId: string, words: Uint8Array): Promise<void>;
  /** Signatures by content id; contents without one are left out. */
  getSignatures(contentIds: readonly string[]): Promise<Map<string, Uint8Array>>;
  /** Contents of indexed items that have no signature yet, ordered by content id after `after`, each with one of its items. */
  contentsWithoutSignature(options: {
    after?: string | undefined;
    limit: number;
  }): Promise<{ contentId: string; itemId: number }[]>;
}
