import { SoundalikeError } from '@soundalike/core';
import type { OptionValue } from './verb.ts';

/**
 * The number an option gives; undefined where it is left out.
 *
 * @param allowed bounds, both included; `whole` where nothing after the point may be
 *
 * @throws SoundalikeError `INPUT_INVALID` naming the option, what it may be and what it was
 */
export const readNumber = (
  name: string,
  text: OptionValue,
  { from, to = Number.MAX_SAFE_INTEGER, whole = false }: { from: number; to?: number; whole?: boolean },
): number | undefined => {
  if (text === undefined) return undefined;
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
  if (value >= from && value <= to && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? 'a whole number' : 'a number';
  const end = to === Number.MAX_SAFE_INTEGER ? 'up' : `to ${to}`;
  throw new SoundalikeError('INPUT_INVALID', `--${name} must be ${kind} from ${from} ${end}, got "${text}"`);
};
