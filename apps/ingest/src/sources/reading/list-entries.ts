import { basename } from 'node:path';
import { SoundalikeError } from '@soundalike/core/errors';
import { refuseScheme } from '@soundalike/source';
import type { ListedEntry } from './manifest-entries.ts';
import { excerpt, isTooLong, MAX_PLACE } from './manifest-row.ts';
import { toPlainError, type UnusableEntry } from './read-entry.ts';
import { readList } from './read-list.ts';

/** Characters of a line that cannot be used which are kept: three bytes each still fit into an index of PostgreSQL. */
const SHOWN = 500;

/** The lines of a list or playlist, in groups. */
export async function* listEntries(path: string): AsyncGenerator<(ListedEntry | UnusableEntry)[]> {
  for await (const places of readList(path)) yield places.map((place) => toEntry(place, basename(path)));
}

const toEntry = (place: string, list: string): ListedEntry | UnusableEntry => {
  const refusal = refuseScheme(place) ?? refuseNul(place) ?? refuseLong(place);
  if (refusal === undefined) return { kind: 'listed', line: place, place, externalId: null, metadata: {} };
  const error = new SoundalikeError('INPUT_INVALID', `${list}: ${refusal}`, {
    fields: { place: place.slice(0, SHOWN) },
  });
  return {
    kind: 'invalid',
    location: { root: null, path: excerpt(place, SHOWN) },
    error: toPlainError(error),
    hidesOthers: false,
  };
};

/** No file has such a name, and PostgreSQL stores no such text. */
const refuseNul = (place: string): string | undefined =>
  place.includes('\0') ? `a line has a NUL character: ${JSON.stringify(place.slice(0, 200))}` : undefined;

const refuseLong = (place: string): string | undefined =>
  isTooLong(place)
    ? `a line is longer than ${MAX_PLACE.toLocaleString('en')} bytes: ${JSON.stringify(place.slice(0, 200))}…`
    : undefined;
