import type { FoundItem, Problem, ScanResult } from './catalogue.ts';
import { type ComparedWith, compareEntry } from './compare-entry.ts';
import type { Naming } from './item-names.ts';
import type { Known } from './known-items.ts';
import type { KnownRow } from './look-up-items.ts';
import { endedAsFailed, hasMoved, type ItemRow, toRow } from './write-items.ts';

/** What recording entries comes to: rows to write, and ids of items to which something happens. */
export interface ScanPlan {
  /** New, changed, or with other words. */
  readonly rows: ItemRow[];
  /** What cannot be used. */
  readonly refused: ItemRow[];
  /** Attempts under way at what cannot be used. */
  readonly broken: { readonly itemId: number; readonly problem: Problem }[];
  /** Tracks of what cannot be used any more: copies may take over. */
  readonly held: string[];
  /** Items that wait, of which something else is said now. */
  readonly updated: ItemRow[];
  readonly waiting: number[];
  readonly unchanged: number[];
  readonly metadataChanged: number[];
  /** Items that become this source's. */
  readonly claimed: number[];
  /** Items whose own id is at another place now. */
  readonly moved: number[];
  readonly namings: Naming[];
  readonly conflicts: ScanResult['conflicts'][number][];
}

export interface PlanOptions extends ComparedWith {
  readonly runId: number;
  readonly catalogue: string;
  readonly source: string;
  readonly speaksFor: 'list' | 'places' | undefined;
  readonly priority: number;
}

/** Decides about each entry of a batch; writes nothing. */
export const planScan = (found: readonly FoundItem[], known: Known, options: PlanOptions): ScanPlan => {
  const plan: ScanPlan = {
    rows: [],
    refused: [],
    broken: [],
    held: [],
    updated: [],
    waiting: [],
    unchanged: [],
    metadataChanged: [],
    claimed: [],
    moved: [],
    namings: [],
    conflicts: [],
  };
  const now = Date.now();
  for (const [at, entry] of found.entries()) {
    const holder = known.holders[at];
    const before = known.items[at];
    if (holder) plan.conflicts.push({ item: entry, holder });
    else planEntry(plan, entry, before, { ...options, source: planOwner(plan, entry, before, options), now });
  }
  return plan;
};

/** Whose the item is from now on; who else names it is noted. Decision 0045 says why. */
const planOwner = (
  plan: ScanPlan,
  entry: FoundItem,
  before: KnownRow | undefined,
  { source, speaksFor }: PlanOptions,
): string => {
  if (!before) return source;
  const isClaimed =
    before.source === '' || (speaksFor !== undefined && before.source !== source && mayClaim(before, entry));
  if (isClaimed) plan.claimed.push(before.id);
  if (hasMoved(before, entry)) plan.moved.push(before.id);
  else if (before.source !== source) {
    const other = isClaimed ? before.source : speaksFor === 'list' ? source : '';
    if (other !== '') plan.namings.push({ itemId: before.id, source: other });
  }
  return isClaimed ? source : before.source;
};

/** What a manifest names by an own id stays its own when a folder scan comes by. */
const mayClaim = (before: KnownRow, entry: FoundItem): boolean =>
  before.external_id === '' || entry.externalId !== null;

const planEntry = (
  plan: ScanPlan,
  entry: FoundItem,
  before: KnownRow | undefined,
  options: PlanOptions & { now: number },
): void => {
  const row = (isQueued: boolean) => toRow({ ...options, entry, before, isQueued });
  if (entry.problem) {
    if (before?.state === 'active') plan.broken.push({ itemId: before.id, problem: entry.problem });
    if (before?.track_id) plan.held.push(before.track_id);
    plan.refused.push(endedAsFailed(row(true), entry.problem, options.now));
    return;
  }
  const decision = before ? compareEntry(before, entry, options) : 'queue';
  if (before === undefined || decision === 'queue') plan.rows.push(row(true));
  else if (decision === 'unchanged') plan.unchanged.push(before.id);
  else if (decision === 'metadata') {
    plan.metadataChanged.push(before.id);
    plan.rows.push(row(false));
  } else {
    plan.waiting.push(before.id);
    if (decision === 'update') plan.updated.push(row(true));
  }
};
