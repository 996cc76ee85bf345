/** Measures the stages of one piece of work. */
export interface Stopwatch {
  time<T>(stage: string, work: () => Promise<T>): Promise<T>;
  timeSync<T>(stage: string, work: () => T): T;
  /** Whole milliseconds by stage. */
  milliseconds(): Record<string, number>;
}

export const createStopwatch = (): Stopwatch => {
  const spent = new Map<string, number>();
  const note = (stage: string, since: number) =>
    spent.set(stage, (spent.get(stage) ?? 0) + performance.now() - since);
  return {
    time: async (stage, work) => {
      const since = performance.now();
      try {
        return await work();
      } finally {
        note(stage, since);
      }
    },
    timeSync: (stage, work) => {
      const since = performance.now();
      const result = work();
      note(stage, since);
      return result;
    },
    milliseconds: () => Object.fromEntries([...spent].map(([stage, value]) => [stage, Math.round(value)])),
  };
};
