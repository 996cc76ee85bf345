import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Catalogue } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { MAX_UPLOAD_NAME, type SearchRequest } from '@soundalike/query';
import { fileError, isLink, isS3, refuseScheme } from '@soundalike/source';

type Seed = SearchRequest['seeds'][number];

/** What is searched from, and the files behind those seeds that are uploads, by name. */
export interface NamedSeeds {
  readonly seeds: Seed[];
  readonly uploads: ReadonlyMap<string, string>;
}

/**
 * Seeds as the shell names them: each a file, a link, or a track's id.
 *
 * @throws SoundalikeError `SOURCE_NOT_FOUND` for what is none of these, `INPUT_INVALID` for a folder or a link that nothing here reads
 */
export const readSeeds = async (
  named: readonly { readonly place: string; readonly weight: number }[],
  catalogue: Pick<Catalogue, 'findTrack'>,
): Promise<NamedSeeds> => {
  const uploads = new Map<string, string>();
  const seeds: Seed[] = [];
  for (const { place, weight } of named) {
    const kind = await kindOf(place, catalogue);
    if (kind !== 'file') {
      seeds.push(kind === 'link' ? { url: place, weight } : { trackId: place, weight });
      continue;
    }
    const upload = nameOf(place, uploads);
    uploads.set(upload, place);
    seeds.push({ upload, weight });
  }
  return { seeds, uploads };
};

const kindOf = async (
  place: string,
  catalogue: Pick<Catalogue, 'findTrack'>,
): Promise<'link' | 'file' | 'track'> => {
  if (isLink(place)) return 'link';
  const found = await stat(place).catch(() => undefined);
  if (found?.isFile()) return 'file';
  if (found?.isDirectory())
    throw new SoundalikeError(
      'INPUT_INVALID',
      `${place} is a folder: similar takes audio files, links and track ids`,
    );
  const refusal = isS3(place)
    ? 'buckets are read by ingest only; name what is in the catalogue by its track id'
    : refuseScheme(place, ['http', 'https']);
  if (refusal !== undefined) throw new SoundalikeError('INPUT_INVALID', `${place}: ${refusal}`);
  // No track id has it: these are bytes of a file name that are not UTF-8.
  if (!found && place.includes('\uFFFD')) throw fileError(place, { code: 'ENOENT' });
  if (await catalogue.findTrack(place)) return 'track';
  throw new SoundalikeError(
    'SOURCE_NOT_FOUND',
    `"${place}" is neither a file, nor a link, nor the id of a track`,
  );
};

/** By which errors speak of the file; of several that are called the same, all but the first get a number. */
const nameOf = (place: string, taken: ReadonlyMap<string, string>): string => {
  const name = basename(place).slice(-MAX_UPLOAD_NAME);
  let free = name;
  // A file may be called "2. song.mp3" itself.
  for (let number = 2; taken.has(free); number++) free = `${number}. ${name}`.slice(0, MAX_UPLOAD_NAME);
  return free;
};
