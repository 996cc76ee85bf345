import { SoundalikeError } from '@soundalike/core';

/** Space names go into table names, where Milvus allows letters, digits and `_`. */
const SPACE = /^[A-Za-z0-9_]{1,64}$/;

/** Prefixes of a space's two tables. */
export const CLIPS = 'clips_';
export const TRACKS = 'tracks_';

/** @throws SoundalikeError `INPUT_INVALID` */
export const checkSpace = (space: string): void => {
  if (SPACE.test(space)) return;
  throw new SoundalikeError(
    'INPUT_INVALID',
    `A space name is 1 to 64 letters, digits or _, got ${JSON.stringify(space)}`,
    { fields: { space } },
  );
};

/** Spaces of which both tables exist: one without its track table was half made or half dropped. */
export const spacesIn = (tables: readonly string[]): string[] =>
  tables
    .filter((table) => table.startsWith(CLIPS))
    .map((table) => table.slice(CLIPS.length))
    .filter((space) => tables.includes(TRACKS + space))
    .sort();

/** The error of opening a space that is not there. */
export const noSpace = (space: string, url: string) =>
  new SoundalikeError(
    'INDEX_EMPTY',
    `There is no index of the embedding space ${space} in ${url}. Ingest something first; where the database knows tracks, soundalike index repair queues them.`,
    { fields: { space } },
  );
