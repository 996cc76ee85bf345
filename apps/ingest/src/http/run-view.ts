import type { Catalogue, Run, RunCounts, Stage } from '@soundalike/catalogue';
import { STAGES } from '../monitor/work-meter.ts';
import { LOOK_SHARE, measureRun } from '../report/measure-run.ts';
import { type RunView, toInstant, toInstantOrNull } from './schemas.ts';

/** Looks at runs of fewer items are not remembered: who asks after a change sees it. */
const SMALL_RUN = 5_000;

/** A run with its counts and, while it goes on, its progress. */
export type ViewRun = (run: Run) => Promise<RunView>;

/**
 * Looks at runs for all who ask. Of a large run, each look keeps the database and, with SQLite, this process busy; so the last one is given again
 * until twenty times its cost has passed, however many watch.
 */
export const createRunView = (catalogue: Catalogue, now = () => performance.now()): ViewRun => {
  const looks = new Map<number, { view: Promise<RunView>; state: Run['state']; until: number }>();
  return (run) => {
    const last = looks.get(run.id);
    if (last && last.state === run.state && now() < last.until) return last.view;
    const asked = now();
    const look = { view: lookAt(run, catalogue), state: run.state, until: Number.POSITIVE_INFINITY };
    looks.set(run.id, look);
    const settle = ({ counts }: RunView) => {
      const seen = now();
      look.until = counts.total < SMALL_RUN ? 0 : seen + (seen - asked) / LOOK_SHARE;
      for (const [id, { until }] of looks) if (until < seen) looks.delete(id);
    };
    look.view.then(settle, () => looks.delete(run.id));
    return look.view;
  };
};

const lookAt = async (run: Run, catalogue: Catalogue): Promise<RunView> => {
  const counts = await catalogue.runCounts(run.id);
  const { total, queued, active, outcomes, handedOver, audioSeconds } = counts;
  const isOver = run.finishedAt !== null;
  return {
    run: run.id,
    catalogue: run.catalogue,
    source: run.source,
    state: run.state,
    startedAt: toInstant(run.startedAt),
    finishedAt: toInstantOrNull(run.finishedAt),
    wallSeconds: Math.round(((run.finishedAt ?? Date.now()) - run.startedAt) / 1000),
    counts: { total, queued, active, ...outcomes, handedOver },
    audioSeconds: Math.round(audioSeconds * 10) / 10,
    progress: isOver ? null : await progressOf(run, counts, catalogue),
  };
};

const progressOf = async (
  run: Run,
  counts: RunCounts,
  catalogue: Catalogue,
): Promise<RunView['progress']> => {
  const { done, total, rate, etaSeconds, bottleneck, stages, activeStages } = await measureRun(
    catalogue,
    run.id,
    { counts },
  );
  const share = total > 0 ? done / total : 0;
  return {
    share: round(counts.queued + counts.active > 0 ? Math.min(share, 0.9999) : share, 4),
    itemsPerMinute: round(rate?.tracksPerMinute ?? 0, 1),
    timesRealTime: round(rate?.audioPerSecond ?? 0, 1),
    etaSeconds: etaSeconds === null ? null : Math.round(etaSeconds),
    bottleneck,
    timeShares: byStage((stage) => stages[stage] ?? 0),
    occupancy: byStage((stage) => activeStages[stage] ?? 0),
  };
};

const byStage = (value: (stage: Stage) => number) =>
  Object.fromEntries(STAGES.map((stage) => [stage, round(value(stage))])) as Record<Stage, number>;

const round = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits;
