import type { Catalogue } from '@soundalike/catalogue';
import type { Filter } from '@soundalike/core';
import type { ParsedSearchRequest } from './search-request.ts';
import type { HeardSeed } from './seed-windows.ts';

/** Tracks of one artist or album that are excluded by id in the retrieval; of what is beyond, results are dropped afterwards. */
const MAX_EXCLUDED = 1_000;

/** The request's filter without what the seeds are: the tracks themselves and, where asked, their artists' and albums' tracks. */
export const narrowFilter = async (
  request: ParsedSearchRequest,
  seeds: readonly HeardSeed[],
  catalogue: Catalogue,
): Promise<Filter | undefined> => {
  const own = seeds.map(({ trackId }) => trackId).filter((id) => id !== undefined);
  const wanted = excluded(request, seeds);
  const others = await Promise.all(
    wanted.map((filter) => catalogue.listTracks({ filter, limit: MAX_EXCLUDED })),
  );
  const ids = [...own, ...others.flat().map(({ id }) => id)];
  if (ids.length === 0) return request.filter;
  return {
    ...request.filter,
    excludeTrackIds: [...new Set([...(request.filter?.excludeTrackIds ?? []), ...ids])],
  };
};

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
