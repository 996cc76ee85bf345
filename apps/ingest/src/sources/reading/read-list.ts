import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SoundalikeError } from '@soundalike/core/errors';
import { readText } from './read-text.ts';
import { splitLines } from './split-lines.ts';

/** Places handed over in one go. */
const PLACES_AT_ONCE = 500;

/**
 * The places that a list of links or an M3U playlist names, a line each, in groups: comments and directives are passed over, `file://` links
 * become paths, and Windows separators the usual ones.
 *
 * @throws SoundalikeError `INPUT_INVALID` for a playlist of stream segments (HLS), which names no tracks
 */
export async function* readList(path: string): AsyncGenerator<string[]> {
  for await (const lines of splitLines(await readText(path)))
    for (let at = 0; at < lines.length; at += PLACES_AT_ONCE)
      yield lines.slice(at, at + PLACES_AT_ONCE).flatMap((line) => toPlace(line.trim(), path) ?? []);
}

const toPlace = (text: string, list: string): string | undefined => {
  if (text.startsWith('#EXT-X-'))
    throw new SoundalikeError(
      'INPUT_INVALID',
      `${basename(list)} is a stream (HLS), whose lines are pieces of one recording, not tracks; ingest the recording itself`,
    );
  if (text === '' || text.startsWith('#')) return undefined;
  if (/^file:\/\//i.test(text)) {
    try {
      return fileURLToPath(text);
    } catch {
      return text;
    }
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  return text.includes('/') ? text : text.replaceAll('\\', '/');
};
