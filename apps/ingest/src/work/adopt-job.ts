import { isSoundalikeError, SoundalikeError, toSoundalikeError } from '@soundalike/core';
import type { JobQueue } from '@soundalike/queue';
import { recordSource } from '../scan/record-source.ts';
import { findKnown } from '../sources/find-known.ts';
import { readRoots } from '../sources/find-root.ts';
import { outsideJobSchema } from '../sources/manifest-schema.ts';
import { readManifestRow } from '../sources/reading/manifest-row.ts';
import type { SourceEntry } from '../sources/source-entry.ts';
import type { IngestDeps } from './ingest-deps.ts';

/** The source that such items are said to come from. */
const SOURCE = 'jobs';

/** Runs among which an open one of jobs is looked for. */
const LATEST = 20;

/**
 * Takes a job that an outside producer put into the queue into the ledger, from where it is queued as any other item. One that does not keep
 * to the contract becomes an item that failed, so that it is counted and can be looked up.
 *
 * @throws SoundalikeError `JOB_INVALID`, `SOURCE_FORBIDDEN`, … after it was written down; what makes writing impossible
 */
export const createAdopter =
  (deps: IngestDeps, queue: JobQueue, catalogueName: string) =>
  async (data: unknown, jobId: string): Promise<void> => {
    const { catalogue } = deps;
    const entry = await readJob(data, jobId, deps);
    const run = await openRun(entry, catalogue, catalogueName);
    await recordSource({
      runId: run.id,
      source: { name: SOURCE, key: SOURCE, entries: only(entry) },
      catalogueName,
      deps,
      signal: new AbortController().signal,
    });
    await catalogue.setRunState(run.id, (await catalogue.hasWork(run.id)) ? 'running' : 'done');
    if (entry.kind === 'invalid') throw entry.error;
    const found = { catalogue: catalogueName, space: deps.store.space, found: [entry.item] };
    const [recorded] = await catalogue.compareFound(found);
    const item = recorded?.itemId === undefined ? undefined : await catalogue.getItem(recorded.itemId);
    if (item?.state === 'queued') await queue.add([{ itemId: item.id, try: item.tries }]);
  };

/** Jobs that come while others are worked on are one run with them; within a run an own id has one place, and a later job may give it another. */
const openRun = async (entry: SourceEntry, catalogue: IngestDeps['catalogue'], catalogueName: string) => {
  const runs = await catalogue.listRuns(LATEST);
  const open = runs.find(
    (run) => run.source === SOURCE && run.catalogue === catalogueName && run.finishedAt === null,
  );
  const externalId = entry.kind === 'found' ? entry.item.externalId : null;
  const owner = externalId === null ? undefined : await catalogue.findItem(externalId);
  if (open && owner?.runId !== open.id) return open;
  return catalogue.createRun({ catalogue: catalogueName, source: SOURCE });
};

const readJob = async (data: unknown, jobId: string, deps: IngestDeps): Promise<SourceEntry> => {
  try {
    const parsed = outsideJobSchema.safeParse(data);
    if (!parsed.success) {
      const { field, reason } = firstProblem(data, parsed.error.issues);
      throw new SoundalikeError('JOB_INVALID', `The job ${jobId}: ${field || 'data'} ${reason}`, {
        fields: { job: jobId, field },
      });
    }
    const { source, externalId, metadata: { attributes, ...metadata } = {} } = parsed.data;
    const columns = { ...attributes, ...metadata, id: externalId, path: source };
    const entry = readManifestRow({ number: 1, columns }, `job ${jobId}`);
    return await findKnown(entry, await readRoots(deps.catalogue, deps.roots));
  } catch (thrown) {
    const error = toSoundalikeError(thrown);
    // A database that is away is nobody's bad job.
    if (isSoundalikeError(error) && !error.policy.countsAttempt) throw error;
    return { kind: 'invalid', location: { root: null, path: `job ${jobId}` }, error, hidesOthers: true };
  }
};

const firstProblem = (data: unknown, [issue]: readonly { path: PropertyKey[]; message: string }[]) =>
  typeof data === 'object' && data !== null && 'itemId' in data
    ? { field: 'itemId', reason: 'must be a whole number from 1 up, with nothing but "v" beside it' }
    : { field: issue?.path.join('.') ?? '', reason: issue?.message ?? 'is wrong' };

async function* only(entry: SourceEntry): AsyncGenerator<SourceEntry> {
  yield entry;
}
