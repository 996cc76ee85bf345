import Papa from 'papaparse';
import type { SearchResult } from '../search/search-answer.ts';
import type { TrackDocument } from '../tracks/track-schema.ts';

export const EXPORT_FORMATS = ['m3u8', 'csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  m3u8: 'audio/x-mpegurl',
  csv: 'text/csv',
  json: 'application/json',
};

/** A track of a list that leaves the server, with where its audio is. */
export type ExportedTrack = Omit<TrackDocument, 'attributes'> &
  Partial<Pick<SearchResult, 'score' | 'verdict' | 'matches'>> & {
    /** The file's path on this host, or its link; null where this host does not have it. */
    readonly path: string | null;
  };

/** A list of tracks as a playlist with real paths, as a table, or as JSON. */
export const formatExport = (tracks: readonly ExportedTrack[], format: ExportFormat): string =>
  FORMATTERS[format](tracks);

/** Players read a line break as another entry. */
const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim();

const m3u8 = (tracks: readonly ExportedTrack[]): string =>
  [
    '#EXTM3U',
    ...tracks.flatMap(({ durationSeconds, artist, title, path, location }) => {
      const name = oneLine([artist, title].filter(Boolean).join(' - ') || location.path);
      // A path with a line break in it cannot be written into a playlist.
      if (path === null || oneLine(path) !== path)
        return [`# Not on this host: ${oneLine(`${location.root}/${location.path}`)}`];
      return [`#EXTINF:${Math.round(durationSeconds)},${name}`, path];
    }),
    '',
  ].join('\n');

const csv = (tracks: readonly ExportedTrack[]): string => {
  const rows = tracks.map(({ tags, matches, location, ...track }) => ({
    ...track,
    tags: tags.join(';'),
    matches: matches
      ?.map(({ queryFrom, queryTo, trackFrom, trackTo }) => `${queryFrom}-${queryTo}=${trackFrom}-${trackTo}`)
      .join(';'),
    location: location.root === null ? location.path : `${location.root}/${location.path}`,
  }));
  // The mark in front makes spreadsheets read UTF-8; a cell that they would take for a formula gets an apostrophe.
  return `\uFEFF${Papa.unparse({ fields: COLUMNS, data: rows }, { escapeFormulae: true, newline: '\r\n' })}\r\n`;
};

const COLUMNS = [
  'trackId',
  'externalId',
  'title',
  'artist',
  'album',
  'genre',
  'tags',
  'year',
  'durationSeconds',
  'score',
  'verdict',
  'matches',
  'location',
  'path',
];

const json = (tracks: readonly ExportedTrack[]): string => `${JSON.stringify({ tracks }, null, 2)}\n`;

const FORMATTERS: Record<ExportFormat, (tracks: readonly ExportedTrack[]) => string> = { m3u8, csv, json };
