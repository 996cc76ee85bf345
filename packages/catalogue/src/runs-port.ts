import type { ItemOutcome, Stage } from './item.ts';

export interface Run {
  readonly id: number;
  readonly catalogue: string;
  /** The argument it was started with. */
  readonly source: string;
  readonly state: 'scanning' | 'running' | 'done' | 'interrupted';
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

export interface RunCounts {
  readonly total: number;
  readonly queued: number;
  readonly active: number;
  readonly outcomes: Readonly<Record<ItemOutcome, number>>;
  /** Items that later runs named, too, while this one was at work: they are counted there. */
  readonly handedOver: number;
  /** Seconds of audio embedded in this run. */
  readonly audioSeconds: number;
}

/** What a run has behind it and before it, and what went on lately: the figures behind rate, time left and bottleneck. */
export interface RunActivity {
  /** Items with a size, by the last letters of their names: what a byte is worth differs from format to format. */
  readonly formats: readonly FormatProgress[];
  /** Items still to do whose size is not known. */
  readonly leftUnsized: number;
  /** Items being worked on, by stage. */
  readonly activeStages: Readonly<Partial<Record<Stage, number>>>;
  /** What ended since the time asked for. */
  readonly recent: {
    /** The latest thousand, latest first. */
    readonly ended: readonly EndedItem[];
    /** Milliseconds spent by stage. */
    readonly stages: Readonly<Record<string, number>>;
  };
}

/** Files of one kind of a run. Sizes count up to that of the largest file whose audio was embedded: broken ones may be far larger. */
export interface FormatProgress {
  readonly ended: { readonly items: number; readonly bytes: number; readonly audioSeconds: number };
  readonly left: { readonly items: number; readonly bytes: number };
}

/** An item that came to its end, times in milliseconds since 1970. */
export interface EndedItem {
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Embedded for it; 0 for copies, known audio and what failed. */
  readonly audioSeconds: number;
}

/** Runs over sources: what they did and have before them. */
export interface RunsPort {
  createRun(run: { catalogue: string; source: string }): Promise<Run>;
  setRunState(runId: number, state: Run['state']): Promise<void>;
  getRun(runId: number): Promise<Run | undefined>;
  listRuns(limit: number): Promise<Run[]>;
  /** Counts of a run; for one that has ended and is not the latest, those of its end, since later runs adopt its items. */
  runCounts(runId: number): Promise<RunCounts>;
  /** Whether items of a run wait or are worked on: one row is looked for, where `runCounts` reads all of the run's. */
  hasWork(runId: number): Promise<boolean>;
  /** @param since milliseconds since 1970 */
  runActivity(runId: number, since: number): Promise<RunActivity>;
}
