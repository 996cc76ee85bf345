import type { Catalogue, Run, RunCounts, Stage } from '@soundalike/catalogue';
import { STAGES } from '../monitor/work-meter.ts';
import { measureRun } from '../report/measure-run.ts';
import { type RunView, toInstant, toInstantOrNull } from './schemas.ts';

/** A run with its counts and, while it goes on, its progress. */
export const runView = async (run: Run, catalogue: Catalogue): Promise<RunView> => {
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
