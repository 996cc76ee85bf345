import type { TrackMetadata } from '@soundalike/core';

/** Longest text taken from a tag, characters: some files carry whole lyrics in a comment. */
const MAX_TEXT = 512;

/** The file's own tags, as far as they can be read; odd or broken tags never throw, they are left out. */
export const readTags = async (path: string): Promise<Partial<TrackMetadata>> => {
  // Loaded with the first file: a large package that most commands do without.
  const { parseFile } = await import('music-metadata');
  try {
    const { common } = await parseFile(path, { skipCovers: true, duration: false });
    const genres = (common.genre ?? []).map(clean).filter((genre) => genre !== null);
    const year = common.year ?? Number.parseInt(common.date ?? '', 10);
    return {
      title: clean(common.title),
      artist: clean(common.artist),
      album: clean(common.album),
      genre: genres[0] ?? null,
      tags: genres.slice(1, 20),
      year: Number.isInteger(year) && year >= 1 && year <= 9999 ? year : null,
      attributes: common.isrc?.[0] ? { isrc: common.isrc[0].slice(0, MAX_TEXT) } : {},
    };
  } catch {
    return {};
  }
};

/** Trims, drops NUL and control characters (they break databases), and turns emptiness into null. */
const clean = (text: string | undefined): string | null => {
  const cleaned = (text ?? '')
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT);
  return cleaned === '' ? null : cleaned;
};
