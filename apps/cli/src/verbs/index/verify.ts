import {
  createTally,
  type FindingCount,
  measureRecall,
  openStored,
  type Recall,
  verifySpace,
} from '@soundalike/ingest';
import type { Invocation } from '../../verb.ts';
import { findSpace } from './find-space.ts';

/** Searches for `--recall`, and tracks compared exactly for them. */
const QUERIES = 100;
const COMPARED_TRACKS = 20_000;

/** `index verify`: compares database and store both ways; with `--recall` also the index with exact search. Changes nothing. */
export const verify = async (invocation: Invocation): Promise<number> => {
  const { context, output, options, signal } = invocation;
  const space = await findSpace(invocation);
  const [catalogue, vectors] = await Promise.all([context.catalogue(), context.vectors()]);
  const store = await openStored(vectors, space.name);
  const tally = createTally();
  const verified = await verifySpace({
    catalogue,
    vectors,
    store,
    signal,
    onFinding: async (kind, ids) => tally.add(kind, ids),
  });
  const findings = tally.list();
  const recall =
    options.recall === true && verified.storedTracks > 0
      ? await measureRecall({ catalogue, store, queries: QUERIES, maxTracks: COMPARED_TRACKS, signal })
      : undefined;
  output.document({
    space: space.name,
    state: space.state,
    ok: findings.length === 0,
    ...verified,
    findings,
    recall,
  });
  output.print(
    `${space.name} (${space.model}, ${space.state}): ${verified.tracks} tracks in the database, ${verified.storedTracks} tracks and ${verified.storedClips} clips in the store`,
  );
  for (const finding of findings) output.print(sayFinding(finding));
  if (recall) output.print(sayRecall(recall));
  output.print(findings.length === 0 ? 'Database and store agree.' : 'soundalike index repair mends this.');
  return findings.length === 0 ? 0 : 3;
};

export const sayFinding = ({ kind, count, examples }: FindingCount): string =>
  `  ${kind}: ${count}, such as ${examples.join(', ')}`;

const sayRecall = ({ recall, latencyMs, queries, index, comparedTracks, tracks }: Recall): string =>
  `  ${index}: recall@10 ${recall.at10.toFixed(4)}, recall@100 ${recall.at100.toFixed(4)}, ${latencyMs.median.toFixed(1)} ms a search (95 % under ${latencyMs.p95.toFixed(1)} ms); ${queries} queries against ${comparedTracks} of ${tracks} tracks compared exactly`;
