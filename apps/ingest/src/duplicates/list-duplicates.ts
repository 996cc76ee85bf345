import type { Catalogue, DuplicateCopy, Track } from '@soundalike/catalogue';
import type { SignatureLimits } from '@soundalike/embedder';
import { formatLocation } from '@soundalike/source';
import type { VectorStore } from '@soundalike/store';
import { sameRecordingsAfter } from './same-recordings.ts';

/** Pages of tracks compared by signature for one answer; where they hold nothing, the next page goes on. */
const PAGES = 20;

export type Evidence = 'same-content' | 'same-recording';

/** One copy: a place, and what its own manifest and tags say. */
export interface DuplicateView {
  readonly trackId: string;
  readonly externalId: string | null;
  /** `root/path` or the link. */
  readonly location: string;
  readonly title: string | null;
  readonly artist: string | null;
  readonly album: string | null;
  readonly genre: string | null;
  readonly tags: readonly string[];
  readonly year: number | null;
}

/** Copies that belong together and what says so; nothing is merged or deleted because of it. */
export interface DuplicatesView {
  readonly evidence: Evidence;
  readonly copies: readonly DuplicateView[];
  /** Share of differing bits of the signatures; null where the content is the same to the bit. */
  readonly errorRate: number | null;
  /** Time in the second copy = time in the first + this; null where the content is the same. */
  readonly offsetSeconds: number | null;
}

/**
 * One page of duplicates: copies with the same audio to the bit, or pairs that are the same recording by signature (other codecs, other
 * bit rates, trimmed ends).
 */
export const listDuplicates = async (options: {
  catalogue: Catalogue;
  store: VectorStore;
  limits?: SignatureLimits | undefined;
  evidence: Evidence;
  cursor?: string | undefined;
  limit: number;
  signal: AbortSignal;
}): Promise<{ duplicates: DuplicatesView[]; nextCursor: string | null }> => {
  const { catalogue, evidence, cursor, limit } = options;
  if (evidence === 'same-recording') return sameRecordings(options);
  const groups = await catalogue.duplicateGroups({ ...(cursor ? { after: cursor } : {}), limit });
  return {
    duplicates: groups.map(({ copies }) => ({
      evidence,
      copies: copies.map(ofCopy),
      errorRate: null,
      offsetSeconds: null,
    })),
    nextCursor: groups.length < limit ? null : (groups.at(-1)?.key ?? null),
  };
};

const sameRecordings = async (options: Parameters<typeof listDuplicates>[0]) => {
  const { catalogue, limit, signal } = options;
  const duplicates: DuplicatesView[] = [];
  let after = options.cursor;
  for (let page = 0; page < PAGES && duplicates.length < limit; page++) {
    const found = await sameRecordingsAfter(options, after, signal);
    const tracks = await catalogue.getTracks([...new Set(found.pairs.flatMap(({ trackIds }) => trackIds))]);
    for (const { trackIds, errorRate, offsetSeconds } of found.pairs) {
      const copies = trackIds.map((id) => tracks.get(id)).filter((track) => track !== undefined);
      if (copies.length === 2)
        duplicates.push({
          evidence: 'same-recording',
          copies: copies.map(ofTrack),
          errorRate,
          offsetSeconds,
        });
    }
    if (found.after === undefined) return { duplicates, nextCursor: null };
    after = found.after;
  }
  return { duplicates, nextCursor: after ?? null };
};

const ofCopy = ({ trackId, externalId, location, metadata }: DuplicateCopy): DuplicateView => ({
  trackId,
  externalId,
  location: formatLocation(location),
  ...words(metadata),
});

const ofTrack = (track: Track): DuplicateView => ({
  trackId: track.id,
  externalId: track.externalId,
  location: formatLocation(track.location),
  ...words(track),
});

const words = ({ title, artist, album, genre, tags, year }: DuplicateCopy['metadata']) => ({
  title,
  artist,
  album,
  genre,
  tags,
  year,
});
