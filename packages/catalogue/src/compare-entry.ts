import type { Difference, FoundItem } from './catalogue.ts';
import type { KnownRow } from './look-up-items.ts';
import { hasMoved, metadataText } from './write-items.ts';

export interface ComparedWith {
  /** Whether an item's track is in the live space. */
  readonly isInSpace: (row: KnownRow) => boolean;
  readonly force: boolean;
}

/** `update`: it waits, and is to be what the entry says now. */
type Decision = 'queue' | 'waiting' | 'update' | 'unchanged' | 'metadata';

/** What is to be done about an item that a source names. */
export const compareEntry = (
  before: KnownRow,
  entry: FoundItem,
  { isInSpace, force }: ComparedWith,
): Decision => {
  const isOtherItem =
    hasMoved(before, entry) ||
    isOtherAudio(before, entry) ||
    (entry.externalId !== null && before.external_id !== entry.externalId);
  if (isOnTheWay(before)) {
    if (!isOtherItem && before.metadata === metadataText(entry, before)) return 'waiting';
    // Whoever works on it has read it as it was: what comes of that is not wanted any more.
    return before.state === 'queued' ? 'update' : 'queue';
  }
  if (force || (before.state !== 'indexed' && before.state !== 'duplicate') || !isInSpace(before))
    return 'queue';
  if (isOtherItem) return 'queue';
  return before.metadata === metadataText(entry, before) ? 'unchanged' : 'metadata';
};

/** The same for people who ask before. */
export const differenceOf = (before: KnownRow, entry: FoundItem, options: ComparedWith): Difference => {
  if (isOnTheWay(before)) return 'waiting';
  const decision = compareEntry(before, entry, options);
  if (decision === 'metadata' || decision === 'unchanged') return decision;
  if (isOtherAudio(before, entry)) return 'changed';
  if (hasMoved(before, entry)) return 'moved';
  return before.state === 'failed' ? 'failed' : 'changed';
};

const isOnTheWay = ({ state }: KnownRow): boolean => state === 'queued' || state === 'active';

/** Of a link or an object named by itself nothing is known yet; a listing knows more of it, and both are right. */
const isOtherAudio = (before: KnownRow, entry: FoundItem): boolean => {
  if (isOtherVersion(before.etag, entry.etag)) return true;
  if (entry.root === null && (before.size === null || entry.size === null)) return false;
  return before.size !== entry.size || before.modified_ms !== entry.modifiedMs;
};

/** Stores write the same mark with and without quotes. Where either side knows none, size and time decide. */
const isOtherVersion = (before: string | null, now: string | null | undefined): boolean =>
  Boolean(before && now) && bareMark(before as string) !== bareMark(now as string);

const bareMark = (etag: string): string => etag.replace(/^W\//, '').replaceAll('"', '');
