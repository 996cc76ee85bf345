import { bootstrap, type Estimate } from './bootstrap.ts';
import type { Identified } from './identify.ts';

/** A row of table A. */
export interface IdentifiedRow {
  readonly seconds: number;
  readonly treatment: string;
  /** The right track is the first answer. */
  readonly hitAt1: Estimate;
  /** Mean reciprocal rank among ten answers. */
  readonly reciprocalRank: Estimate;
  /** It is called the same recording. */
  readonly identified: Estimate;
  /** Median distance from the true offset where identified, seconds; null: never. */
  readonly offsetError: number | null;
  /** Excerpts for which a take or borrowed loop, or a wholly other recording, is called the same; shares. */
  readonly relativesCalledSame: Estimate;
  readonly strangersCalledSame: Estimate;
}

/** One row for each length and treatment, in the order they were asked; strangers only add to the false accepts. */
export const summariseIdentified = (answers: readonly Identified[]): IdentifiedRow[] => {
  const groups = new Map<string, Identified[]>();
  for (const answer of answers) {
    const key = `${answer.seconds} ${answer.treatment}`;
    const group = groups.get(key);
    if (group) group.push(answer);
    else groups.set(key, [answer]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [Identified];
    const own = group.filter(({ isStranger }) => !isStranger);
    const errors = own.flatMap(({ offsetError }) => offsetError ?? []).sort((a, b) => a - b);
    const share = (values: readonly Identified[], test: (answer: Identified) => boolean) =>
      bootstrap(values.map((answer) => Number(test(answer))));
    return {
      seconds: first.seconds,
      treatment: first.treatment,
      hitAt1: share(own, ({ rank }) => rank === 1),
      reciprocalRank: bootstrap(own.map(({ rank }) => (rank === undefined ? 0 : 1 / rank))),
      identified: share(own, ({ isIdentified }) => isIdentified),
      offsetError: errors[errors.length >> 1] ?? null,
      relativesCalledSame: share(own, ({ falseRelatives }) => falseRelatives > 0),
      strangersCalledSame: share(group, ({ falseStrangers }) => falseStrangers > 0),
    };
  });
};
