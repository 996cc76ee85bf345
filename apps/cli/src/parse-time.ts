import { SoundalikeError } from '@soundalike/core';

/**
 * A position in audio as people write it: `90`, `90.5`, `1:30`, `1:02:03.5`.
 *
 * @returns seconds
 * @throws SoundalikeError `INPUT_INVALID` naming the option and the text
 */
export const parseTime = (text: string, option: string): number => {
  const parts = text.split(':');
  const isWellFormed =
    parts.length <= 3 &&
    /^\d+(\.\d+)?$/.test(parts.at(-1) ?? '') &&
    parts.slice(0, -1).every((part) => /^\d+$/.test(part));
  if (!isWellFormed) {
    throw new SoundalikeError(
      'INPUT_INVALID',
      `${option} must be a time such as 90, 1:30 or 1:02:03, got "${text}"`,
    );
  }
  return parts.reduce((seconds, part) => seconds * 60 + Number(part), 0);
};
