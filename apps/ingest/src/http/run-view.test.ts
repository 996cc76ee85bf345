import { type Catalogue, openCatalogue } from '@soundalike/catalogue';
import { createRunView } from './run-view.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await openCatalogue('memory:');
});
afterAll(() => catalogue.close());

/** What counting a run costs here. */
const LOOK_MS = 50;

/** A run of so many files, and how often it was counted. */
const makeRun = async (files: number) => {
  const { id } = await catalogue.createRun({ catalogue: 'default', source: '/music' });
  const found = Array.from({ length: files }, (_, i) => ({
    root: 'music',
    path: `${id}/${i}.mp3`,
    externalId: null,
    metadata: {},
    size: 10,
    modifiedMs: 1,
  }));
  const { queued } = await catalogue.recordFound({ runId: id, catalogue: 'default', space: 's', found });
  await catalogue.setRunState(id, 'running');
  const clock = { ms: 0 };
  let counted = 0;
  const counting = {
    ...catalogue,
    runCounts: (runId: number) => {
      counted += 1;
      clock.ms += LOOK_MS;
      return catalogue.runCounts(runId);
    },
  };
  const viewRun = createRunView(counting, () => clock.ms);
  const view = async () => {
    const run = await catalogue.getRun(id);
    if (!run) throw new Error(`no run ${id}`);
    return viewRun(run);
  };
  return { id, queued, view, clock, counted: () => counted };
};

const fail = async (itemId = 0) => {
  await catalogue.startItem(itemId, 'test:1');
  await catalogue.failItem({ itemId, code: 'TIMEOUT', message: 'slow', retry: false });
};

test('a large run is counted once for all who ask for twenty times as long as it took, and anew in another state', async () => {
  const { id, queued, view, clock, counted } = await makeRun(5_000);
  const [first, second] = await Promise.all([view(), view()]);
  expect(first).toBe(second);
  await fail(queued[0]);
  clock.ms = 20 * LOOK_MS;
  expect((await view()).counts.failed).toBe(0);
  expect(counted()).toBe(1);
  clock.ms = 21 * LOOK_MS + 1;
  expect((await view()).counts).toMatchObject({ total: 5_000, failed: 1 });
  expect(counted()).toBe(2);
  await catalogue.setRunState(id, 'done');
  expect((await view()).state).toBe('done');
  expect(counted()).toBe(3);
});

test('a small run is looked at whenever somebody asks', async () => {
  const { queued, view, counted } = await makeRun(3);
  expect((await view()).counts.failed).toBe(0);
  await fail(queued[0]);
  expect((await view()).counts.failed).toBe(1);
  expect(counted()).toBe(2);
});

test('a look that failed is not remembered', async () => {
  const { id } = await makeRun(1);
  const run = await catalogue.getRun(id);
  if (!run) throw new Error(`no run ${id}`);
  let isAway = true;
  const viewRun = createRunView({
    ...catalogue,
    runCounts: async (runId) => {
      if (isAway) throw new Error('away');
      return catalogue.runCounts(runId);
    },
  });
  await expect(viewRun(run)).rejects.toThrow('away');
  isAway = false;
  await expect(viewRun(run)).resolves.toMatchObject({ run: id });
});
