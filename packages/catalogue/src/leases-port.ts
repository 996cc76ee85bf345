/** Who may work on what: items of the embedded queue, and named rights among processes. */
export interface LeasesPort {
  /** `isStalled`: taken from a worker, of any host, whose lease ran out. */
  claimItems(options: {
    worker: string;
    limit: number;
    leaseMs: number;
  }): Promise<{ itemId: number; attempt: number; isStalled: boolean }[]>;
  /** Extends leases; returns the ids still held. */
  renewLeases(options: { worker: string; itemIds: readonly number[]; leaseMs: number }): Promise<number[]>;
  /** Gives an item back to be claimed after `delayMs`. */
  releaseLease(options: {
    worker: string;
    itemId: number;
    delayMs: number;
    countAttempt: boolean;
  }): Promise<void>;

  /** Takes items back from workers of this host whose process is gone; returns how many. */
  reclaimDead(): Promise<number>;

  /** A named lease for one holder among processes; false when another holds it. */
  acquireLease(options: { name: string; holder: string; leaseMs: number }): Promise<boolean>;
  releaseNamedLease(options: { name: string; holder: string }): Promise<void>;
}
