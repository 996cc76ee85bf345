/** What can be wrong between database and store. */
export type FindingKind =
  /** In the database's list of the space, but without a row in the store. */
  | 'missing-track'
  /** Indexed, but not in the database's list of the live space. */
  | 'unlisted-track'
  /** The store's row is of other audio than the database's. */
  | 'stale-track'
  /** Fewer clips of its revision than it should have. */
  | 'missing-clips'
  /** Clips of a revision that is not the track's any more. */
  | 'stale-clips'
  /** The copies of the filter fields differ from the database. */
  | 'wrong-fields'
  /** A row in the store that the database does not know. */
  | 'unknown-track'
  /** Clips without a track. */
  | 'stray-clips'
  /** Indexed audio without a spectral signature, which the second check of a search needs. */
  | 'missing-signature'
  /** Names for outside readers that lead elsewhere than to the live space. */
  | 'wrong-alias';

/** What a look at one kind of fault found. */
export interface FindingCount {
  readonly kind: FindingKind;
  readonly count: number;
  /** Track ids, at most five; content ids for signatures. */
  readonly examples: readonly string[];
}

/** Tracks that one kind of fault was found with; called with at most a page of them. */
export type OnFinding = (kind: FindingKind, ids: readonly string[]) => Promise<void>;

const EXAMPLES = 5;

/** Counts findings and keeps a few examples of each kind. */
export const createTally = (): {
  add: (kind: FindingKind, ids: readonly string[]) => void;
  list(): FindingCount[];
} => {
  const kinds = new Map<FindingKind, { count: number; examples: string[] }>();
  return {
    add: (kind, ids) => {
      const seen = kinds.get(kind) ?? { count: 0, examples: [] };
      seen.count += ids.length;
      seen.examples.push(...ids.slice(0, EXAMPLES - seen.examples.length));
      if (ids.length > 0) kinds.set(kind, seen);
    },
    list: () => [...kinds].map(([kind, { count, examples }]) => ({ kind, count, examples })),
  };
};
