/** Runs `work` for a key once at a time; those who come meanwhile get its result, or try themselves where it was aborted. */
export const shareWork = async <T>(
  inFlight: Map<string, Promise<T>>,
  key: string,
  work: () => Promise<T>,
): Promise<T> => {
  const running = inFlight.get(key);
  if (running) return running.catch(() => work());
  const started = work().finally(() => inFlight.delete(key));
  inFlight.set(key, started);
  return started;
};
