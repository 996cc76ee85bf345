import type { Catalogue } from '@soundalike/catalogue';
import type { Filter } from '@soundalike/core';
import type { ParsedSearchRequest } from './search-request.ts';
import type { HeardSeed } from './seed-windows.ts';

/** Tracks of one artist or album that are excluded by id in the retrieval; of what is beyond, results are dropped afterwards. */
const MAX_EXCLUDED = 1_000;

/**
 * The request's filter without what was asked to be left out: the seeds' artists' and albums' tracks. Seeds themselves are dropped from what is
 * found: a filter that leaves out one track costs an index more than the search.
 */
export const narrowFilter = async (
  request: ParsedSearchRequest,
  seeds: readonly HeardSeed[],
  catalogue: Catalogue,
): Promise<Filter | undefined> => {
  const wanted = excluded(request, seeds);
  const others = await Promise.all(
    wanted.map((filter) => catalogue.listTracks({ filter, limit: MAX_EXCLUDED })),
  );
  return without(
    request.filter,
    others.flat().map(({ id }) => id),
  );
};

/** Tracks of the catalogue among the seeds. */
export const ownTracks = (seeds: readonly Pick<HeardSeed, 'trackId'>[]): string[] =>
  seeds.flatMap(({ trackId }) => trackId ?? []);

/** A filter that these tracks do not pass, either. */
export const without = (filter: Filter | undefined, ids: readonly string[]): Filter | undefined =>
  ids.length === 0
    ? filter
    : { ...filter, excludeTrackIds: [...new Set([...(filter?.excludeTrackIds ?? []), ...ids])] };

/** Whether a result is by an artist, or on an album, that was to be left out. */
export const isExcluded = (
  track: { artist: string | null; album: string | null },
  request: ParsedSearchRequest,
  seeds: readonly HeardSeed[],
): boolean =>
  excluded(request, seeds).some(
    ({ artist, album }) =>
      (artist === undefined || artist === track.artist) && (album === undefined || album === track.album),
  );

const excluded = (
  { excludeSeedArtist, excludeSeedAlbum }: ParsedSearchRequest,
  seeds: readonly HeardSeed[],
): { artist?: string; album?: string }[] => [
  ...(excludeSeedArtist ? seeds.flatMap(({ artist }) => (artist ? [{ artist }] : [])) : []),
  // An album's name alone says little ("Greatest Hits"): the artist belongs to it where there is one.
  ...(excludeSeedAlbum
    ? seeds.flatMap(({ artist, album }) => (album ? [{ album, ...(artist ? { artist } : {}) }] : []))
    : []),
];
