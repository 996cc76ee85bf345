import type { Estimate } from './bootstrap.ts';
import type { ComparedRow } from './compare-embeddings.ts';
import type { Hubness } from './hubness.ts';
import type { IdentifiedRow } from './summarise-identified.ts';

/** A table for people, before it is laid out as Markdown or for a terminal. */
export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Table A: the same recording, from a spoilt excerpt. */
export const identifiedTable = (rows: readonly IdentifiedRow[]): TextTable => ({
  head: [
    'excerpt',
    'treatment',
    'hit@1',
    'MRR',
    'identified',
    'offset (s)',
    'relatives',
    'strangers',
    'queries',
  ],
  rows: rows.map((row) => [
    `${row.seconds} s`,
    row.treatment,
    formatInterval(row.hitAt1),
    row.reciprocalRank.mean.toFixed(3),
    formatInterval(row.identified),
    row.offsetError === null ? '–' : row.offsetError.toFixed(3),
    row.relativesCalledSame.mean.toFixed(3),
    row.strangersCalledSame.mean.toFixed(3),
    `${row.hitAt1.count}`,
  ]),
});

/** Table B: music that is alike. */
export const comparedTable = (rows: readonly ComparedRow[]): TextTable => ({
  head: ['task', 'embedding', 'R@1', 'P@10', 'MAP', 'behind by', 'of', 'queries'],
  rows: rows.map((row) => [
    row.task,
    row.embedding,
    formatInterval(row.recallAt1),
    row.precisionAt10.mean.toFixed(3),
    row.meanAveragePrecision.mean.toFixed(3),
    row.behind ? formatInterval(row.behind) : '',
    row.against ?? '',
    `${row.recallAt1.count}`,
  ]),
});

/** Table C: the health of the space. */
export const hubnessTable = ({ skewness, orphans, largestHub }: Hubness): TextTable => ({
  head: ['hubness (skewness of 10-occurrence)', 'orphans', 'largest hub'],
  rows: [[skewness.toFixed(2), formatShare(orphans), `${largestHub}`]],
});

export const formatInterval = ({ mean, low, high }: Estimate): string =>
  `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;

/** @example formatShare(0.983) // '98.3 %' */
export const formatShare = (share: number): string => `${(share * 100).toFixed(1)} %`;
