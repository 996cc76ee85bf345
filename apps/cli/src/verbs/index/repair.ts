import { join } from 'node:path';
import { type Repaired, readRoots, repairSpace } from '@soundalike/ingest';
import { fetchPolicyOf, s3Of } from '../../fetch-policy-of.ts';
import { INGEST_NICE } from '../../open-embedder.ts';
import type { Invocation } from '../../verb.ts';
import { findSpace } from './find-space.ts';
import { sayFinding } from './verify.ts';

/** `index repair`: verifies and mends, and says what it did. What must be embedded again is queued for workers. */
export const repair = async (invocation: Invocation): Promise<number> => {
  const { context, output, signal } = invocation;
  const { config } = context;
  const space = await findSpace(invocation);
  const [catalogue, vectors, queue, ffmpeg] = await Promise.all([
    context.catalogue(),
    context.vectors(),
    context.queue(),
    context.ffmpeg(),
  ]);
  const repaired = await repairSpace({
    catalogue,
    vectors,
    queue,
    signal,
    catalogueName: config.catalogue,
    store: await vectors.openSpace(space.name, {
      create: space.state === 'live' || space.state === 'building',
    }),
    state: space.state,
    audio: {
      ffmpeg,
      roots: await readRoots(catalogue, config.roots),
      fetchPolicy: { ...fetchPolicyOf(config), s3: s3Of(config) },
      temporaryFolder: join(config.home, 'temporary'),
      maxSeconds: config.maxTrackMinutes * 60,
      nice: INGEST_NICE,
    },
  });
  output.document({ space: space.name, state: space.state, ...repaired });
  for (const finding of repaired.findings) output.print(sayFinding(finding));
  output.print(sayRepairs(repaired));
  return repaired.repairs.some(({ did }) => did === 'left') ? 3 : 0;
};

const sayRepairs = ({ repairs, run }: Repaired): string => {
  if (repairs.length === 0) return 'Database and store agree; nothing to mend.';
  const lines = repairs.map(
    ({ kind, did, count, reason }) => `${count} ${kind} ${did}${reason ? `: ${reason}` : ''}`,
  );
  return [...lines, ...(run === undefined ? [] : [`Run ${run} is queued: workers embed it again.`])].join(
    '\n',
  );
};
