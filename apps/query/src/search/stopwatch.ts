/**
 * What a search spends its time on; `embed` is the network and beside it the sample's signature, whichever takes longer, `judge` what is left of comparing
 * without `align` and `verify`.
 */
export type SearchStage =
  | 'fetch'
  | 'decode'
  | 'embed'
  | 'read'
  | 'filter'
  | 'retrieve'
  | 'align'
  | 'verify'
  | 'judge';

/** Measures the stages of one search. Stages of seeds that are heard at once add up. */
export interface Stopwatch {
  time<T>(stage: SearchStage, work: () => Promise<T>): Promise<T>;
  /** Time of stages inside the work is theirs, not this one's. */
  timeSync<T>(stage: SearchStage, work: () => T): T;
  /** Milliseconds by stage. */
  milliseconds(): Partial<Record<SearchStage, number>>;
}

export const createStopwatch = (): Stopwatch => {
  const spent = new Map<SearchStage, number>();
  /** Time of synchronous stages inside the one at work. */
  let inner = 0;
  const add = (stage: SearchStage, took: number) => spent.set(stage, (spent.get(stage) ?? 0) + took);
  return {
    time: async (stage, work) => {
      const since = performance.now();
      try {
        return await work();
      } finally {
        add(stage, performance.now() - since);
      }
    },
    timeSync: (stage, work) => {
      const [since, outer] = [performance.now(), inner];
      inner = 0;
      const result = work();
      const took = performance.now() - since;
      add(stage, took - inner);
      inner = outer + took;
      return result;
    },
    milliseconds: () => Object.fromEntries(spent),
  };
};
