import type { Stage } from '@soundalike/catalogue';
import type { IngestDeps } from './ingest-deps.ts';

export type StageTimer = ReturnType<typeof createStageTimer>;

/** Milliseconds by stage; the stage an item is in is written down for those who watch. */
export const createStageTimer = (itemId: number, { catalogue, observer }: IngestDeps) => {
  const timings: Record<string, number> = {};
  let stage: Stage | undefined;
  let since = performance.now();
  const leave = () => {
    const now = performance.now();
    if (stage) timings[stage] = Math.round((timings[stage] ?? 0) + now - since);
    since = now;
  };
  return {
    enter: async (next: Stage) => {
      leave();
      stage = next;
      observer?.entered(itemId, next);
      await catalogue.setStage(itemId, next);
    },
    /** Replaces the time of the running stage by finer measures. */
    add: (parts: Readonly<Record<string, number>>) => {
      stage = undefined;
      observer?.measured(itemId, parts);
      for (const [name, ms] of Object.entries(parts)) timings[name] = Math.round((timings[name] ?? 0) + ms);
      since = performance.now();
    },
    stop: () => {
      leave();
      stage = undefined;
      return timings;
    },
  };
};
