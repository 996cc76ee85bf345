import type { Labelled } from './compare-embeddings.ts';

/** What is known of a track of somebody's own folder. */
export interface KnownTrack {
  readonly id: string;
  readonly title: string | null;
  readonly artist: string | null;
  readonly genre: string | null;
  /** Below the folder, with `/` between its parts. */
  readonly path: string;
}

export interface LabelledTracks {
  /** In the tracks' order. */
  readonly labels: readonly Labelled[];
  /** Tracks whose artist their tags name, and those for which the first folder of their path stands in. */
  readonly artists: { readonly fromTags: number; readonly fromFolders: number; readonly distinct: number };
  readonly styles: { readonly fromTags: number; readonly distinct: number };
}

/**
 * Who made a track and in which style, from its tags, the artist else from the first folder of its path. A work is an artist's title without
 * what stands in brackets, so that a take or live version counts as another recording of it. A label that all tracks share tells nothing and
 * is left out.
 */
export const labelTracks = (tracks: readonly KnownTrack[]): LabelledTracks => {
  const rows = tracks.map(({ id, title, artist, genre, path }) => {
    const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : null;
    const maker = plain(artist ?? folder ?? '');
    const name = plain(title ?? '');
    return {
      work: maker && name ? `${maker}\n${name}` : id,
      artist: maker || undefined,
      style: plain(genre ?? '') || undefined,
      hasTag: plain(artist ?? '') !== '',
    };
  });
  const artists = new Set(rows.flatMap(({ artist }) => artist ?? []));
  const styles = new Set(rows.flatMap(({ style }) => style ?? []));
  return {
    labels: rows.map(({ work, artist, style }) => ({
      work,
      artist: artists.size > 1 ? artist : undefined,
      style: styles.size > 1 ? style : undefined,
    })),
    artists: {
      fromTags: rows.filter(({ hasTag }) => hasTag).length,
      fromFolders: rows.filter(({ artist, hasTag }) => artist !== undefined && !hasTag).length,
      distinct: artists.size,
    },
    styles: { fromTags: rows.filter(({ style }) => style !== undefined).length, distinct: styles.size },
  };
};

/** Lower case, without a track number in front and anything in brackets. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\([^)]*\)|\[[^\]]*\]/g, ' ')
    .replace(/^\s*\d{1,3}\s*[-._ ]\s*(?=\S)/, '')
    .replace(/\s+/g, ' ')
    .trim();
