import type { Catalogue, Run, RunCounts, Stage } from '@soundalike/catalogue';
import { STAGES } from '../monitor/work-meter.ts';
import { measureRun } from '../report/measure-run.ts';
import { type RunView, toInstant, toInstantOrNull } from './schemas.ts';

/** Rates are those of the last minutes, ms: short enough to follow a change, long enough to be calm. */
const RECENT_MS = 5 * 60_000;

/** A run with its counts and, while it goes on, its progress. */
export const runView = async (run: Run, catalogue: Catalogue): Promise<RunView> => {
  const counts = await catalogue.runCounts(run.id);
  const { total, queued, active, outcomes, audioSeconds } = counts;
  const isOver = run.finishedAt !== null;
  return {
    run: run.id,
    catalogue: run.catalogue,
    source: run.source,
    state: run.state,
    startedAt: toInstant(run.startedAt),
    finishedAt: toInstantOrNull(run.finishedAt),
    wallSeconds: Math.round(((run.finishedAt ?? Date.now()) - run.startedAt) / 1000),
    counts: { total, queued, active, ...outcomes },
    audioSeconds: Math.round(audioSeconds * 10) / 10,
    progress: isOver ? null : await progressOf(run, counts, catalogue),
  };
};

const progressOf = async (
  run: Run,
  { total, queued, active, outcomes }: RunCounts,
  catalogue: Catalogue,
): Promise<RunView['progress']> => {
  const now = Date.now();
  const from = Math.max(now - RECENT_MS, run.startedAt);
  const points = await catalogue.activity({ from, bucketMs: RECENT_MS });
  const seconds = Math.max((now - from) / 1000, 1);
  const sum = (pick: (point: (typeof points)[number]) => number) =>
    points.reduce((all, point) => all + pick(point), 0);
  const { rate, etaSeconds } = await measureRun(catalogue, run.id, now);
  const occupancy = Object.fromEntries(
    STAGES.map((stage) => [
      stage,
      round(
        Math.max(
          sum(({ stageMs }) => stageMs[stage]),
          0,
        ) /
          seconds /
          1000,
      ),
    ]),
  ) as Record<Stage, number>;
  const todo = total - outcomes.unchanged - outcomes.gone - outcomes.cancelled;
  const left = queued + active;
  return {
    share: todo > 0 ? round((todo - left) / todo, 4) : 0,
    itemsPerMinute: round(rate?.tracksPerMinute ?? 0, 1),
    timesRealTime: round(rate?.audioPerSecond ?? 0, 1),
    etaSeconds: etaSeconds === null ? null : Math.round(etaSeconds),
    bottleneck: bottleneckOf(occupancy),
    occupancy,
  };
};

/** The stage in which most items are, where any are. */
const bottleneckOf = (occupancy: Readonly<Record<Stage, number>>): Stage | null => {
  const [fullest] = [...STAGES].sort((a, b) => occupancy[b] - occupancy[a]);
  return fullest && occupancy[fullest] > 0 ? fullest : null;
};

const round = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits;
