import type { Catalogue, ItemOutcome, RunActivity, RunCounts, Stage } from '@soundalike/catalogue';

/** Rates are those of this last stretch, ms: long enough to be steady, short enough to follow what goes on. */
const WINDOW_MS = 3 * 60_000;

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
  /** Of the last minutes; null until something has ended. `audioPerSecond` is how many times faster than listening. */
  readonly rate: { readonly tracksPerMinute: number; readonly audioPerSecond: number } | null;
  /** Null while there is no rate. */
  readonly etaSeconds: number | null;
  /** Where the items of the last minutes spent most of their time. */
  readonly bottleneck: Stage | null;
  /** Share of the time by stage, 0..1. */
  readonly stages: Readonly<Partial<Record<Stage, number>>>;
  /** Items in each stage now. */
  readonly activeStages: Readonly<Partial<Record<Stage, number>>>;
}

/** Measures a run. @param now milliseconds since 1970 */
export const measureRun = async (
  catalogue: Catalogue,
  runId: number,
  now = Date.now(),
): Promise<RunProgress> => {
  const [counts, activity] = await Promise.all([
    catalogue.runCounts(runId),
    catalogue.runActivity(runId, now - WINDOW_MS),
  ]);
  return progressOf(runId, counts, activity, now);
};

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
  const seconds = recent.since === null ? 0 : (now - Math.max(recent.since, now - WINDOW_MS)) / 1000;
  const rate =
    recent.items > 0 && seconds > 0
      ? {
          tracksPerMinute: (recent.items / seconds) * 60,
          audioPerSecond: recent.audioSeconds / seconds,
        }
      : null;
  const stages = shares(recent.stages);
  return {
    run,
    total: done + left,
    done,
    queued,
    active,
    outcomes,
    audioSeconds,
    rate,
    etaSeconds: rate && etaOf({ left, done, audioSeconds, activity, rate }),
    bottleneck: (Object.entries(stages).sort(([, a], [, b]) => b - a)[0]?.[0] as Stage | undefined) ?? null,
    stages,
    activeStages: activity.activeStages,
  };
};

/**
 * Seconds of audio left over seconds of audio a second. How long files are is not known before they are decoded: their size is, what a byte of
 * those embedded was worth, and the share of items that were embedded at all: copies and broken files, however large, take no time. Where
 * nothing is embedded (everything known already), tracks count.
 */
const etaOf = (run: {
  left: number;
  done: number;
  audioSeconds: number;
  activity: RunActivity;
  rate: NonNullable<RunProgress['rate']>;
}): number | null => {
  const { left, done, audioSeconds, activity, rate } = run;
  if (left === 0) return 0;
  const { embeddedItems, embeddedBytes, leftBytes, leftUnsized, recent } = activity;
  if (recent.audioSeconds === 0 || embeddedItems === 0) return (left / rate.tracksPerMinute) * 60;
  const perItem = audioSeconds / done;
  const sized =
    embeddedBytes > 0
      ? (audioSeconds / embeddedBytes) * leftBytes * (embeddedItems / done)
      : perItem * Math.max(left - leftUnsized, 0);
  return (sized + perItem * leftUnsized) / rate.audioPerSecond;
};

const shares = (stages: Readonly<Record<string, number>>): Partial<Record<Stage, number>> => {
  const sum = Object.values(stages).reduce((total, ms) => total + ms, 0);
  if (sum === 0) return {};
  return Object.fromEntries(Object.entries(stages).map(([stage, ms]) => [stage, ms / sum]));
};
