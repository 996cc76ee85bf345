/** A value on its way through the pipeline, and what travels with it untouched (the row, in the style with named columns). */
export interface Item<Carry, Value> {
  readonly carry: Carry;
  readonly value: Value;
}

/** One step of a pipeline: lazy, streaming; may give any number of values for one. */
export type Stage<In, Out> = <Carry>(
  items: AsyncIterable<Item<Carry, In>>,
) => AsyncIterable<Item<Carry, Out>>;
