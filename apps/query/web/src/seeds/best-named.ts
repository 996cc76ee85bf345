import type { Track } from '../api/types.ts';

/** The same tracks, those first whose title begins with what was typed, then those with a word of title or artist that does. */
export const bestNamed = (tracks: readonly Track[], typed: string): Track[] => {
  const wanted = plain(typed);
  const rank = ({ title, artist, location }: Track): number => {
    const name = plain(title ?? location.path);
    if (name.startsWith(wanted)) return 0;
    if (name.includes(` ${wanted}`)) return 1;
    return ` ${plain(artist ?? '')}`.includes(` ${wanted}`) ? 2 : 3;
  };
  return tracks
    .map((track) => ({ track, at: rank(track) }))
    .sort((one, other) => one.at - other.at)
    .map(({ track }) => track);
};

/** Without case and accents, as the server compares. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
