import type { FilterRequest, SearchRequest, SeedRequest } from '../api/types.ts';
import type { FilterState } from './link-state.ts';
import { filter, options, type Passage, passage, refinements, type Sample, sample } from './session.ts';

/** Name of the part that carries the sample's bytes; what is wrong with it is said of this name. */
export const UPLOAD_NAME = 'the file';
const RESULTS = 20;

/** The search that the page's state asks for; undefined while there is nothing to search with. */
export const currentRequest = (): SearchRequest | undefined => {
  const { mode, onePerArtist, otherArtists, belowFloor } = options.value;
  const seeds = [
    ...(sample.value ? sampleSeeds(sample.value, passage.value) : []),
    ...refinements.value.map(({ track, weight }) => ({ trackId: track.trackId, weight })),
  ];
  if (!seeds.some(({ weight = 1 }) => weight > 0)) return undefined;
  return {
    seeds,
    limit: RESULTS,
    ...filterPart(filter.value),
    ...(mode === 'both' ? {} : { mode }),
    ...(onePerArtist ? { artistCap: 1 } : {}),
    ...(otherArtists ? { excludeSeedArtist: true } : {}),
    ...(belowFloor ? { belowFloor: true } : {}),
  };
};

const sampleSeeds = (given: Sample, part: Passage | null): SeedRequest[] => {
  const range = part ? { from: part.from, to: part.to } : {};
  if (given.kind === 'track') return [{ trackId: given.track.trackId, ...range }];
  if (given.kind === 'link') return [{ url: given.url, ...range }];
  return given.kind === 'file' ? [{ upload: UPLOAD_NAME, ...range }] : [];
};

const filterPart = (state: FilterState): { filter?: FilterRequest } => {
  const { genres, artists, tags, yearFrom, yearTo } = state;
  const year = {
    ...(yearFrom === null ? {} : { from: yearFrom }),
    ...(yearTo === null ? {} : { to: yearTo }),
  };
  const request: FilterRequest = {
    ...(genres.length > 0 ? { genre: [...genres] } : {}),
    ...(artists.length > 0 ? { artist: [...artists] } : {}),
    ...(tags.length > 0 ? { tags: { all: [...tags] } } : {}),
    ...(Object.keys(year).length > 0 ? { year } : {}),
  };
  return Object.keys(request).length > 0 ? { filter: request } : {};
};
