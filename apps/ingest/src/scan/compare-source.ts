import type { Catalogue, FoundItem, ItemLocation } from '@soundalike/catalogue';
import { visibleLine } from '@soundalike/core';
import { formatLocation } from '@soundalike/source';
import type { Source } from '../sources/source-entry.ts';
import { createBits } from './bits.ts';
import { fileKey, findGone } from './find-gone.ts';
import { hashText } from './hash-text.ts';
import { createNumberMap } from './number-map.ts';
import { distinct, isTooMuchLost, NOT_ALL_SEEN, unusableItem } from './record-source.ts';

const BATCH = 1_000;

/** Places named for each kind of difference. */
const EXAMPLES = 5;

const KINDS = [
  'new',
  'changed',
  'moved',
  'gone',
  'failed',
  'metadata',
  'unchanged',
  'waiting',
  'conflict',
  'invalid',
] as const;
type Kind = (typeof KINDS)[number];

/** What a run over a source would do; nothing is queued or written. */
export interface SourceDifference extends Readonly<Record<Kind, number>> {
  readonly dryRun: true;
  readonly entries: number;
  /** Whether all of it could be read; else nothing is said to be gone. */
  readonly sawEverything: boolean;
  /** Whether `--prune` would be refused, since more than half of what was known is gone. */
  readonly pruneRefused: boolean;
  /** The first few places of each kind. */
  readonly examples: Readonly<Partial<Record<Kind, readonly string[]>>>;
}

/**
 * Compares a source with the catalogue. Memory stays small however long the source: a bit for each known item, a number for each new file
 * that might be a moved one and for each own id.
 */
export const compareSource = async (options: {
  source: Source;
  catalogue: Catalogue;
  catalogueName: string;
  space: string;
  force?: boolean | undefined;
  onFound?: ((entries: number) => void) | undefined;
  signal: AbortSignal;
}): Promise<SourceDifference> => {
  const { source, catalogue, catalogueName, space, force = false, onFound, signal } = options;
  const { scope } = source;
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  const examples: Partial<Record<Kind, string[]>> = {};
  const tell = (kind: Kind, location: ItemLocation) => {
    counts[kind] += 1;
    if (counts[kind] <= EXAMPLES) examples[kind] = [...(examples[kind] ?? []), formatLocation(location)];
  };
  const countKnown = () => (scope ? catalogue.countKnown({ catalogue: catalogueName, scope }) : 0);
  /** Counted where something is new: of a long list it takes as long as starting does. */
  let known: number | undefined;
  const seen = createBits();
  let seenInScope = 0;
  const ownIds = createNumberMap();
  const newFiles = createNumberMap();
  let entries = 0;
  let sawEverything = true;
  let batch: FoundItem[] = [];
  let unusable: FoundItem[] = [];
  const compare = async (found: FoundItem[]) => {
    const compared = await catalogue.compareFound({ catalogue: catalogueName, space, found, force, scope });
    for (const { itemId, isInScope } of compared)
      if (itemId !== undefined && seen.add(itemId) && isInScope) seenInScope += 1;
    return compared;
  };
  const flush = async () => {
    const found = distinct(batch);
    const compared = await compare(found);
    // What failed before because it cannot be used is there still, not gone.
    if (unusable.length > 0) await compare(distinct(unusable));
    batch = [];
    unusable = [];
    for (const [i, item] of found.entries()) {
      const { difference } = compared[i] as (typeof compared)[number];
      const isTaken = item.externalId !== null && ownIds.add(hashText(item.externalId)) > 1;
      tell(isTaken ? 'conflict' : difference, item);
      if (difference !== 'new' || item.size === null) continue;
      known ??= await countKnown();
      if (known === 0) continue;
      newFiles.add(fileKey(item.size, item.modifiedMs));
    }
    onFound?.(entries);
  };
  for await (const entry of source.entries) {
    if (signal.aborted) break;
    entries += 1;
    if (entry.kind === 'invalid') {
      if (entry.hidesOthers) sawEverything = false;
      tell('invalid', entry.location);
      unusable.push(unusableItem(entry.location, entry.error));
    } else batch.push(entry.item);
    if (batch.length + unusable.length >= BATCH) await flush();
  }
  if (batch.length + unusable.length > 0) await flush();
  // Where every known item was seen, none is gone, and none need be read. Counted again: others may have recorded items meanwhile.
  if (scope && sawEverything && !signal.aborted && seenInScope < (await countKnown()))
    for await (const { kind, item } of findGone({ catalogue, catalogueName, space, scope, seen, newFiles })) {
      tell(kind, item);
      if (kind === 'moved') counts.new -= 1;
    }
  // Counted only where it matters: of a long list it takes as long as much else.
  const before =
    scope && counts.gone > 0
      ? await catalogue.countKnown({ catalogue: catalogueName, scope, named: true })
      : 0;
  return {
    dryRun: true,
    entries,
    sawEverything,
    pruneRefused: isTooMuchLost(counts.gone, before),
    ...counts,
    examples,
  };
};

/** The difference for people. */
export const formatDifference = ({ entries, examples, ...difference }: SourceDifference): string => {
  const { sawEverything, pruneRefused, ...counts } = difference;
  const words: Record<Kind, string> = {
    new: 'new',
    changed: 'changed',
    moved: 'moved (nothing to embed)',
    gone: 'gone',
    failed: 'that failed before (tried again)',
    metadata: 'metadata only (nothing to embed)',
    unchanged: 'unchanged',
    waiting: 'queued already',
    conflict: 'with an id that is taken',
    invalid: 'that cannot be used',
  };
  return [
    `${entries.toLocaleString('en')} entries; nothing was queued.`,
    ...KINDS.filter((kind) => counts[kind] > 0).map(
      (kind) =>
        `  ${counts[kind].toLocaleString('en').padStart(9)} ${words[kind]}${kind === 'unchanged' ? '' : `: ${(examples[kind] ?? []).map(visibleLine).join(', ')}${counts[kind] > EXAMPLES ? ', …' : ''}`}`,
    ),
    ...(sawEverything ? [] : [NOT_ALL_SEEN]),
    ...(pruneRefused
      ? [
          '--prune would be refused: more than half of what was known is gone. --allow-loss says that it is meant.',
        ]
      : []),
  ].join('\n');
};
