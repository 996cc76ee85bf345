import type { Catalogue, ItemOutcome, RunActivity, RunCounts, Stage } from '@soundalike/catalogue';
import { recentPace } from './recent-pace.ts';
import { timeLeft } from './time-left.ts';

/** What ended longer ago than this says nothing about the pace of now, ms. */
const WINDOW_MS = 10 * 60_000;

/** Measuring costs a pass over the run's rows: whoever follows a run spends at most this share of the time on it, whatever its size. */
export const LOOK_SHARE = 0.05;

/** A run as it stands, measured from the ledger alone: the same for command line, API and dashboard, and for runs of other machines. */
export interface RunProgress {
  readonly run: number;
  /** Items of the run, but for those that were unchanged, gone or cancelled. */
  readonly total: number;
  readonly done: number;
  readonly queued: number;
  readonly active: number;
  readonly outcomes: Readonly<Record<ItemOutcome, number>>;
  /** Audio embedded so far. */
  readonly audioSeconds: number;
  /** Of the last minutes, the latest weighing most; null until something has ended. `audioPerSecond` is how many times faster than listening. */
  readonly rate: { readonly tracksPerMinute: number; readonly audioPerSecond: number } | null;
  /** Null while only broken files have ended: they end at once and say nothing about the rest. */
  readonly etaSeconds: number | null;
  /** Where the items of the last minutes spent most of their time. */
  readonly bottleneck: Stage | null;
  /** Share of the time by stage, 0..1. */
  readonly stages: Readonly<Partial<Record<Stage, number>>>;
  /** Items in each stage now. */
  readonly activeStages: Readonly<Partial<Record<Stage, number>>>;
}

/** Measures a run. @param options.counts of the run, where they are known already; `now` milliseconds since 1970 */
export const measureRun = async (
  catalogue: Catalogue,
  runId: number,
  { counts, now = Date.now() }: { counts?: RunCounts; now?: number } = {},
): Promise<RunProgress> =>
  progressOf(
    runId,
    counts ?? (await catalogue.runCounts(runId)),
    await catalogue.runActivity(runId, now - WINDOW_MS),
    now,
  );

/** The arithmetic of {@link measureRun}. */
export const progressOf = (
  run: number,
  { queued, active, outcomes, audioSeconds }: RunCounts,
  activity: RunActivity,
  now: number,
): RunProgress => {
  const done = outcomes.indexed + outcomes.duplicate + outcomes.failed;
  const left = queued + active;
  const { recent } = activity;
  const pace = recentPace(recent.ended, now, WINDOW_MS);
  const stages = shares(recent.stages);
  return {
    run,
    total: done + left,
    done,
    queued,
    active,
    outcomes,
    audioSeconds,
    rate: pace && {
      tracksPerMinute: pace.itemsPerSecond * 60,
      audioPerSecond: pace.itemsPerSecond * pace.audioSeconds,
    },
    etaSeconds: pace && done > outcomes.failed ? timeLeft(left, activity, pace) : null,
    bottleneck: (Object.entries(stages).sort(([, a], [, b]) => b - a)[0]?.[0] as Stage | undefined) ?? null,
    stages,
    activeStages: activity.activeStages,
  };
};

const shares = (stages: Readonly<Record<string, number>>): Partial<Record<Stage, number>> => {
  const sum = Object.values(stages).reduce((total, ms) => total + ms, 0);
  if (sum === 0) return {};
  return Object.fromEntries(Object.entries(stages).map(([stage, ms]) => [stage, ms / sum]));
};
