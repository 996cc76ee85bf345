import { hash128, SoundalikeError } from '@soundalike/core';

/** Most UTF-8 bytes of a stored artist, album or genre; longer ones are shortened by {@link storedText}. */
export const TEXT_BYTES = 512;

/** Most UTF-8 bytes of a stored tag. */
export const TAG_BYTES = 256;

/** Most tags of a track. */
export const MAX_TAGS = 256;

/** NUL; in `u` mode the second range matches only halves of surrogate pairs. */
const UNKEEPABLE = /[\0\ud800-\udfff]/u;

/**
 * What the stores keep of a text: itself, or when it is longer than `limit` bytes, its beginning, `…` and a hash of all
 * of it. Rows and filters pass through the same function, so "equal" keeps its meaning for texts of any length.
 *
 * @throws SoundalikeError `INPUT_INVALID` for NUL and lone surrogates, which no backend can keep.
 */
export const storedText = (name: string, text: string, limit = TEXT_BYTES): string => {
  if (UNKEEPABLE.test(text))
    throw new SoundalikeError(
      'INPUT_INVALID',
      `${name} holds ${text.includes('\0') ? 'a NUL character' : 'half a surrogate pair'}, which vector stores cannot keep: ${JSON.stringify(text.slice(0, 80))}. Remove it.`,
      { fields: { field: name } },
    );
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return text;
  const ending = `…${hash128(text)}`;
  return beginning(text, limit - Buffer.byteLength(ending)) + ending;
};

/** The longest beginning of whole characters in so many bytes. */
const beginning = (text: string, bytes: number): string => {
  const buffer = Buffer.from(text);
  let end = bytes;
  // Bytes 10xxxxxx continue a character.
  while (end > 0 && ((buffer[end] ?? 0) & 0xc0) === 0x80) end--;
  return buffer.subarray(0, end).toString();
};
