/**
 * Keeps `count` of a stream of items, spread evenly over it with the first and the last among them, without knowing its length: never more
 * than twice as many are held; when there are, every second one goes and from then on only every second one of those that come is taken.
 */
export async function* spread<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  let kept: T[] = [];
  let step = 1;
  let index = 0;
  let last: T | undefined;
  for await (const item of items) {
    last = item;
    if (index % step === 0) {
      kept.push(item);
      if (kept.length > 2 * count) {
        kept = kept.filter((_, i) => i % 2 === 0);
        step *= 2;
      }
    }
    index += 1;
  }
  if (last === undefined) return;
  if (kept.at(-1) !== last) kept.push(last);
  if (kept.length <= count) {
    yield* kept;
    return;
  }
  for (let i = 0; i < count; i++)
    yield kept[
      count === 1 ? Math.floor(kept.length / 2) : Math.round((i * (kept.length - 1)) / (count - 1))
    ] as T;
}
