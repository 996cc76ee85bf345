import { setImmediate } from 'node:timers/promises';
import type { FoundItem, ItemLocation } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { formatLocation } from '@soundalike/source';
import type { Source } from '../sources/source-entry.ts';
import type { EverySpace } from '../spaces/every-space.ts';
import type { IngestDeps } from '../work/ingest-deps.ts';
import { updateMetadata } from './update-metadata.ts';

/** Entries recorded in one transaction. */
const BATCH = 1_000;

export interface RecordSourceOptions {
  readonly runId: number;
  readonly source: Source;
  readonly catalogueName: string;
  readonly deps: {
    readonly catalogue: IngestDeps['catalogue'];
    readonly store: Pick<IngestDeps['store'], 'space' | 'updateFields'>;
    /** Metadata edits reach every space. */
    readonly spaces?: Pick<EverySpace, 'updateFields'> | undefined;
  };
  readonly force?: boolean | undefined;
  /** Smaller is sooner; bulk work where it is not given. */
  readonly priority?: number | undefined;
  /** What is gone is to be removed: refuse where more than half is. */
  readonly prune?: boolean | undefined;
  readonly allowLoss?: boolean | undefined;
  readonly onFound?: ((entries: number) => void) | undefined;
  readonly signal: AbortSignal;
}

export interface RecordedSource {
  readonly entries: number;
  readonly sawEverything: boolean;
}

/**
 * Writes down what a source holds as part of a run: what is new or changed is queued, metadata edits are applied without decoding, what it
 * names no more is gone.
 *
 * @returns entries seen, and whether all of the source could be read: else nothing is gone
 * @throws SoundalikeError `PRUNE_REFUSED` where `prune` would lose more than half; nothing is marked gone then
 */
export const recordSource = async (options: RecordSourceOptions): Promise<RecordedSource> => {
  const {
    runId,
    source,
    catalogueName,
    deps,
    force = false,
    priority,
    prune,
    allowLoss,
    onFound,
    signal,
  } = options;
  const { catalogue, store } = deps;
  // The pointer may have moved since the store was opened.
  const space = (await catalogue.liveSpace())?.name ?? store.space;
  const { scope } = source;
  const mayRefuse = scope !== undefined && prune && !allowLoss;
  const before = mayRefuse
    ? await catalogue.countKnown({ catalogue: catalogueName, scope, named: true })
    : undefined;
  const record = async (found: readonly FoundItem[]) => {
    const recorded = await catalogue.recordFound({
      runId,
      catalogue: catalogueName,
      space,
      found,
      force,
      source: source.key,
      speaksFor: scope && (scope.source === undefined ? 'places' : 'list'),
      ...(priority === undefined ? {} : { priority }),
    });
    await updateMetadata([...recorded.metadataChanged, ...recorded.promoted], deps);
    return recorded;
  };
  let batch: FoundItem[] = [];
  let unusable: FoundItem[] = [];
  let entries = 0;
  let sawEverything = true;
  const flush = async () => {
    const { conflicts } = await record(distinct(batch));
    const refused = [...unusable, ...conflicts.map(({ item, holder }) => conflictItem(item, holder))];
    if (refused.length > 0) await record(distinct(refused));
    batch = [];
    unusable = [];
    onFound?.(entries);
  };
  for await (const entry of source.entries) {
    if (signal.aborted) return { entries, sawEverything: false };
    entries += 1;
    if (entry.kind === 'invalid') {
      if (entry.hidesOthers) sawEverything = false;
      unusable.push(unusableItem(entry.location, entry.error));
    } else batch.push(entry.item);
    if (batch.length + unusable.length < BATCH) continue;
    await flush();
    // SQLite answers at once, and others want to be answered, too.
    await setImmediate();
  }
  if (batch.length + unusable.length > 0) await flush();
  if (scope && sawEverything) await recordGone(before, options);
  return { entries, sawEverything };
};

/** Twice the same place in one batch (a manifest that lists a file twice without ids) is one item. */
export const distinct = (batch: readonly FoundItem[]): FoundItem[] => [
  ...new Map(batch.map((item) => [`${placeKey(item)}\0${item.externalId ?? ''}`, item])).values(),
];

/** A place as one text, as it is stored: what people are shown of a link lacks its password. */
export const placeKey = ({ root, path }: ItemLocation): string => `${root ?? ''}\0${path}`;

const recordGone = async (
  before: number | undefined,
  { runId, source, catalogueName, deps }: RecordSourceOptions,
) => {
  const { scope } = source;
  if (!scope) return;
  const options = { runId, catalogue: catalogueName, scope };
  if (before !== undefined) {
    const { unseen, moved } = await deps.catalogue.countUnseen(options);
    refuseLoss(source, unseen - moved, before);
  }
  const { promoted } = await deps.catalogue.recordGone(options);
  await updateMetadata(promoted, deps);
};

/** More than half: a drive may be away, or a list cut short. */
export const isTooMuchLost = (lost: number, known: number): boolean => lost * 2 > known;

/** For people, where it was not asked what is gone. */
export const NOT_ALL_SEEN =
  'Not all of the source could be read, so nothing counts as gone, and nothing is pruned.';

/** @throws SoundalikeError `PRUNE_REFUSED` where more than half of what was known is lost */
export const refuseLoss = (source: Source, lost: number, known: number): void => {
  if (!isTooMuchLost(lost, known)) return;
  throw new SoundalikeError(
    'PRUNE_REFUSED',
    `${source.name}: ${lost} of ${known} known items are not there any more; nothing was removed`,
    { fields: { lost, known } },
  );
};

/** An entry that cannot be used as the ledger knows it: by its place alone, so that it is counted and can be looked up. */
export const unusableItem = (
  location: ItemLocation,
  { code, message, detail }: SoundalikeError,
): FoundItem => ({
  ...location,
  externalId: null,
  metadata: {},
  size: null,
  modifiedMs: null,
  problem: { code, message, detail },
});

/** Two places of one source under one own id would overwrite each other for ever. */
const conflictItem = (item: FoundItem, holder: ItemLocation): FoundItem =>
  unusableItem(
    { root: null, path: `${formatLocation(item)} (id ${item.externalId})` },
    new SoundalikeError(
      'MANIFEST_INVALID',
      `The id "${item.externalId}" of ${formatLocation(item)} already belongs to ${formatLocation(holder)}`,
      { fields: { externalId: item.externalId } },
    ),
  );
