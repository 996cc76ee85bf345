import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SoundalikeError } from '@soundalike/core/errors';
import { inGroups } from './in-groups.ts';
import { readText } from './read-text.ts';
import { splitLines } from './split-lines.ts';

/**
 * The places that a list of links or an M3U playlist names, a line each, in groups: comments and directives are passed over, `file://` links
 * become paths, and Windows separators the usual ones.
 *
 * @throws SoundalikeError `INPUT_INVALID` for a playlist of stream segments (HLS), which names no tracks
 */
export async function* readList(path: string): AsyncGenerator<string[]> {
  for await (const lines of splitLines(await readText(path)))
    for (const group of inGroups(lines)) yield group.flatMap((line) => toPlace(line.trim(), path) ?? []);
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
