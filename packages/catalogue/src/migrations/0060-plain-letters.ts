import { type Kysely, type Migration, sql } from 'kysely';

/** As `normalise` in tracks.ts was when this was written. */
const LETTERS = [
  ['ø', 'o'],
  ['ł', 'l'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['ħ', 'h'],
  ['ı', 'i'],
  ['ŧ', 't'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ß', 'ss'],
  ['þ', 'th'],
] as const;

/** Text that is searched has no letters any more that some keyboards lack. May be repeated. */
export const plainLetters: Migration = {
  up: async (db: Kysely<unknown>) => {
    const plain = LETTERS.reduce(
      (text, [letter, instead]) => sql`replace(${text}, ${letter}, ${instead})`,
      sql`search_text`,
    );
    await sql`update tracks set search_text = ${plain} where search_text <> ${plain}`.execute(db);
  },
};
