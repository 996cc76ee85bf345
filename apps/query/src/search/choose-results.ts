import type { SearchResult } from './search-answer.ts';
import type { searchRequestSchema } from './search-request.ts';

type Wishes = Pick<
  ReturnType<typeof searchRequestSchema.parse>,
  'mode' | 'artistCap' | 'excludeSeedArtist' | 'excludeSeedAlbum'
>;

interface SeedTrack {
  readonly artist: string | null;
  readonly album: string | null;
}

/** Leaves out what the request does not want, keeping the order; results without an artist are never capped. */
export const chooseResults = (
  results: readonly SearchResult[],
  { mode, artistCap = Infinity, excludeSeedArtist, excludeSeedAlbum }: Wishes,
  seeds: readonly SeedTrack[],
): SearchResult[] => {
  const artists = new Set(excludeSeedArtist ? seeds.map(({ artist }) => artist) : []);
  const albums = new Set(excludeSeedAlbum ? seeds.map(({ album }) => album) : []);
  const counts = new Map<string, number>();
  return results.filter(({ artist, album, verdict }) => {
    if (mode === 'same-recording' && verdict !== 'same-recording') return false;
    if (mode === 'sounds-like' && verdict === 'same-recording') return false;
    if (album !== null && albums.has(album)) return false;
    if (artist === null) return true;
    if (artists.has(artist)) return false;
    const count = (counts.get(artist) ?? 0) + 1;
    counts.set(artist, count);
    return count <= artistCap;
  });
};
