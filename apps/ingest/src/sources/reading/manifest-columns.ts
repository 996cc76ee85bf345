/** Columns that may say where the audio is; the first that has a value counts. */
export const PLACES = ['path', 'file', 'url'] as const;

/** Columns of text about the track. */
export const TEXTS = ['title', 'artist', 'album', 'genre'] as const;

/** Columns with a meaning; every other one becomes an attribute of the track. */
export const KNOWN: ReadonlySet<string> = new Set(['id', 'tags', 'year', ...PLACES, ...TEXTS]);

/** A year (data frames write 1999.0), or a date that begins with four digits of one. */
export const YEAR = /^(?:\d{1,4}(?:\.0*)?|\d{4}[-/.].*)$/;

/** Names are read without regard to case and blanks around them. */
export const columnName = (name: string): string => name.trim().toLowerCase();

/** Whether some column of a header says where the audio is. */
export const hasPlace = (names: readonly string[]): boolean => PLACES.some((name) => names.includes(name));
