import { isSoundalikeError } from '@soundalike/core';
import { resolveLocation } from '@soundalike/source';
import type { SearchResult } from '../search/search-answer.ts';
import type { ExportedTrack } from './format-export.ts';

/** Folders of this host by the name of the root that each holds. */
type Roots = Readonly<Record<string, string>>;

/** Results of a search as tracks of a list, without what only explains them. */
export const exportedResults = (results: readonly SearchResult[], roots: Roots): ExportedTrack[] =>
  results.map(({ similarity: _similarity, strip: _strip, explain: _explain, ...track }) =>
    withPath(track, roots),
  );

/** A track with where its audio is on this host. */
export const withPath = (track: Omit<ExportedTrack, 'path'>, roots: Roots): ExportedTrack => ({
  ...track,
  path: pathOf(track.location, roots),
});

const pathOf = (location: ExportedTrack['location'], roots: Roots): string | null => {
  if (location.root === null) return location.path;
  try {
    return resolveLocation(location, roots);
  } catch (error) {
    if (isSoundalikeError(error)) return null;
    throw error;
  }
};
