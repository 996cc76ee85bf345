import type { FormatProgress, RunActivity } from '@soundalike/catalogue';
import type { Pace } from './recent-pace.ts';

/** Files of a format that must have ended before its bytes are believed. */
const ENOUGH_FILES = 5;

/**
 * Seconds until a run ends: items left over items a second, times what an item left costs against one of those that ended lately. Cost is an
 * overhead for each item and the length of its audio. How long a file is, is not known before it is decoded: its size is, and what a byte of
 * its format was worth in this run, copies and broken files among them, which are worth nothing.
 */
export const timeLeft = (left: number, activity: RunActivity, pace: Pace): number => {
  if (left === 0) return 0;
  const { each, perAudioSecond } = pace.cost;
  const costNow = each + perAudioSecond * pace.audioSeconds;
  if (costNow <= 0) return left / pace.itemsPerSecond;
  const costLeft = each + (perAudioSecond * audioLeft(activity, pace)) / left;
  return (left / pace.itemsPerSecond) * (costLeft / costNow);
};

/** Seconds of audio that will be embedded; items without a size stand for one of average length. */
const audioLeft = ({ formats, leftUnsized }: RunActivity, { audioSeconds }: Pace): number => {
  const all = worth(formats);
  const sized = formats.reduce((total, format) => {
    const own = format.ended.items >= ENOUGH_FILES ? worth([format]) : all;
    return total + (own === undefined ? format.left.items * audioSeconds : format.left.bytes * own);
  }, 0);
  return sized + leftUnsized * audioSeconds;
};

/** Seconds of audio a byte; undefined before anything with a size has ended. */
const worth = (formats: readonly FormatProgress[]): number | undefined => {
  const bytes = formats.reduce((total, { ended }) => total + ended.bytes, 0);
  return bytes === 0
    ? undefined
    : formats.reduce((total, { ended }) => total + ended.audioSeconds, 0) / bytes;
};
