import { meanVector } from '@soundalike/embedder';
import { bootstrap, type Estimate, pairedDifference } from './bootstrap.ts';
import { type Ranked, rankQuery } from './ranking.ts';

/** What is known of a track; tasks whose label it lacks leave it out as a query. */
export interface Labelled {
  /** The composition: recordings of one work are never answers to each other. */
  readonly work: string;
  readonly artist?: string | undefined;
  readonly style?: string | undefined;
  readonly family?: string | undefined;
}

/** One way to turn audio into vectors: a name, and for each track its windows as unit vectors in order. */
export interface Embedding {
  readonly name: string;
  /** The embedding that it is compared with, by name; the first where none is named. */
  readonly against?: string | undefined;
  readonly tracks: readonly (readonly Float32Array[])[];
}

export const TASKS = ['same track', 'same artist', 'same style', 'same instrument family'] as const;
export type Task = (typeof TASKS)[number];

/** A row of table B: one embedding at one task. */
export interface ComparedRow {
  readonly task: Task;
  readonly embedding: string;
  readonly recallAt1: Estimate;
  readonly precisionAt10: Estimate;
  readonly meanAveragePrecision: Estimate;
  /** The embedding that it is compared with, and that one's R@1 minus this one's, query by query; undefined for the first. */
  readonly against: string | undefined;
  readonly behind: Estimate | undefined;
}

/**
 * Table B: how well vectors find music that is alike, for several embeddings of the same tracks. `same track`: each half of a track among all
 * tracks' other halves, the mean of both ways round; the others: a whole track among all others, without other recordings of its own work.
 *
 * @param embeddings the product's own first
 * @param labels of each track, in the embeddings' order
 */
export const compareEmbeddings = (
  embeddings: readonly Embedding[],
  labels: readonly Labelled[],
): ComparedRow[] =>
  TASKS.flatMap((task) => {
    const answers = embeddings.map((embedding) => answer(task, embedding, labels));
    return embeddings.map(({ name, against }, index) => {
      const own = answers[index] as Ranked[];
      const named = embeddings.findIndex((embedding) => embedding.name === against);
      const other = Math.max(named, 0);
      const pick = (figure: keyof Ranked, ranked = own) => ranked.map((answered) => answered[figure]);
      return {
        task,
        embedding: name,
        recallAt1: bootstrap(pick('first')),
        precisionAt10: bootstrap(pick('precisionAt10')),
        meanAveragePrecision: bootstrap(pick('averagePrecision')),
        against: index === 0 ? undefined : embeddings[other]?.name,
        behind: index === 0 ? undefined : pairedDifference(pick('first', answers[other]), pick('first')),
      };
    });
  }).filter(({ recallAt1 }) => recallAt1.count > 0);

const answer = (task: Task, { tracks }: Embedding, labels: readonly Labelled[]): Ranked[] => {
  if (task === 'same track') {
    const long = tracks.flatMap((windows, index) => (windows.length >= 2 ? [index] : []));
    const half = (side: 0 | 1) =>
      long.map((index) => {
        const windows = tracks[index] as readonly Float32Array[];
        const middle = windows.length >> 1;
        return meanVector(side === 0 ? windows.slice(0, middle) : windows.slice(middle));
      });
    const ask = (queries: readonly Float32Array[], candidates: readonly Float32Array[]) =>
      rankAll(queries, candidates, (query, candidate) => {
        if (query === candidate) return true;
        return workOf(long[query]) === workOf(long[candidate]) ? undefined : false;
      });
    const [former, latter] = [half(0), half(1)];
    // One way round alone is luck: which half asks moves R@1 by as much as two embeddings differ.
    const back = ask(latter, former);
    return ask(former, latter).map((there, index) => meanOf(there, back[index] as Ranked));
  }
  const field = (
    { 'same artist': 'artist', 'same style': 'style', 'same instrument family': 'family' } as const
  )[task];
  const vectors = tracks.map((windows) => meanVector(windows));
  return rankAll(vectors, vectors, (query, candidate) => {
    const label = labels[query]?.[field];
    if (label === undefined || workOf(query) === workOf(candidate)) return undefined;
    return labels[candidate]?.[field] === label;
  });

  function workOf(index: number | undefined) {
    return index === undefined ? undefined : labels[index]?.work;
  }
};

const meanOf = (a: Ranked, b: Ranked): Ranked => ({
  first: (a.first + b.first) / 2,
  precisionAt10: (a.precisionAt10 + b.precisionAt10) / 2,
  averagePrecision: (a.averagePrecision + b.averagePrecision) / 2,
});

const rankAll = (
  queries: readonly Float32Array[],
  candidates: readonly Float32Array[],
  isRelevant: (query: number, candidate: number) => boolean | undefined,
): Ranked[] =>
  queries.flatMap(
    (query, index) =>
      rankQuery({ query, candidates, isRelevant: (candidate) => isRelevant(index, candidate) }) ?? [],
  );

/** The control without ears: a random direction for each window. */
export const randomEmbedding = (
  like: readonly (readonly Float32Array[])[],
  random: () => number,
): Embedding => ({
  name: 'random',
  tracks: like.map((windows) =>
    windows.map(() => meanVector([Float32Array.from({ length: 64 }, () => random() - 0.5)])),
  ),
});
