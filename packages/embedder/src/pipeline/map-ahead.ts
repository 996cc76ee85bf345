/**
 * Maps a stream in order with at most `depth` results under way. However the stream ends (an error, a consumer that stops
 * early), `stop` is called and all that is under way has settled before it is over.
 */
export async function* mapAhead<In, Out>(
  source: AsyncIterable<In>,
  { depth, work, stop }: { depth: number; work(value: In): Promise<Out>; stop(): void },
): AsyncGenerator<Out> {
  const underWay: Promise<Out>[] = [];
  try {
    for await (const value of source) {
      const result = work(value);
      result.catch(() => undefined); // awaited below; until then a failure must not count as unhandled
      underWay.push(result);
      if (underWay.length >= depth) yield await (underWay.shift() as Promise<Out>);
    }
    while (underWay.length > 0) yield await (underWay.shift() as Promise<Out>);
  } finally {
    stop();
    await Promise.allSettled(underWay);
  }
}
