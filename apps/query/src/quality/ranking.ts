import { dot } from '../search/align.ts';

/** How well one query was answered. */
export interface Ranked {
  /** 1 where the first answer is relevant, else 0; a mean where the query was asked in several ways. */
  readonly first: number;
  /** Share of the first ten that is relevant. */
  readonly precisionAt10: number;
  /** Average precision: the mean of the precision at each relevant answer (Manning et al., "Introduction to Information Retrieval", 8.4). */
  readonly averagePrecision: number;
}

/**
 * Ranks candidates by cosine and judges the order.
 *
 * @param options.query unit vector
 * @param options.candidates unit vectors; equal ones keep their order
 * @param options.isRelevant whether candidate i is a right answer; undefined: it is left out
 * @returns undefined where no candidate is relevant
 */
export const rankQuery = (options: {
  query: Float32Array;
  candidates: readonly Float32Array[];
  isRelevant(index: number): boolean | undefined;
}): Ranked | undefined => {
  const { query, candidates, isRelevant } = options;
  const answers: { score: number; relevant: boolean }[] = [];
  candidates.forEach((candidate, index) => {
    const relevant = isRelevant(index);
    if (relevant !== undefined) answers.push({ score: dot(query, candidate), relevant });
  });
  return judgeOrder(answers.sort((a, b) => b.score - a.score).map(({ relevant }) => relevant));
};

/** The same of an order that is already known: relevance from the first answer to the last. */
export const judgeOrder = (order: readonly boolean[]): Ranked | undefined => {
  const total = order.filter(Boolean).length;
  if (total === 0) return undefined;
  let found = 0;
  let precisions = 0;
  order.forEach((relevant, index) => {
    if (!relevant) return;
    found += 1;
    precisions += found / (index + 1);
  });
  return {
    first: order[0] ? 1 : 0,
    precisionAt10: order.slice(0, 10).filter(Boolean).length / 10,
    averagePrecision: precisions / total,
  };
};
