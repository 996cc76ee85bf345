import { type Catalogue, openCatalogue } from '@soundalike/catalogue';
import { type JobQueue, openQueue } from '@soundalike/queue';
import { openVectorDatabase } from '@soundalike/store';
import { createAdopter } from './adopt-job.ts';
import type { IngestDeps } from './ingest-deps.ts';

let catalogue: Catalogue;
let queue: JobQueue;
let adopt: ReturnType<typeof createAdopter>;

beforeEach(async () => {
  catalogue = await openCatalogue('memory:');
  const store = await (await openVectorDatabase('memory:')).openSpace('space', { create: true });
  queue = await openQueue({ url: 'database:', catalogue, worker: 'test:1' });
  // All that adopting needs of what ingestion has.
  const deps = { catalogue, store, roots: { music: '/nowhere' } } as unknown as IngestDeps;
  adopt = createAdopter(deps, queue, 'default');
});
afterEach(async () => {
  await queue.close();
  await catalogue.close();
});

test('jobs that come while others wait are one run with them', async () => {
  for (const name of ['a', 'b', 'b', 'c']) await adopt({ v: 1, source: `music/${name}.mp3` }, `job-${name}`);
  expect(await catalogue.listRuns(10)).toMatchObject([{ source: 'jobs', state: 'running' }]);
  expect(await catalogue.listItems({ state: 'queued', limit: 10 })).toHaveLength(3);
  for (const { id } of await catalogue.listItems({ limit: 10 }))
    await catalogue.failItem({ itemId: id, code: 'SOURCE_NOT_FOUND', message: 'none', retry: false });
  const [run] = await catalogue.listRuns(1);
  await catalogue.setRunState(run?.id ?? 0, 'done');
  await adopt({ v: 1, source: 'music/d.mp3' }, 'job-d');
  expect(await catalogue.listRuns(10)).toHaveLength(2);
});

test('a later job gives an own id another place, whether the earlier one was worked on or not', async () => {
  for (const name of ['a', 'b', 'c'])
    await adopt({ v: 1, source: `music/${name}.mp3`, externalId: 'S1' }, `job-${name}`);
  expect(await catalogue.findItem('S1')).toMatchObject({ path: 'c.mp3', state: 'queued' });
  expect(await catalogue.failureGroups()).toEqual([]);
});
