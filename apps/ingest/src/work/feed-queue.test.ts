import { type Catalogue, openCatalogue } from '@soundalike/catalogue';
import { openQueue } from '@soundalike/queue';
import { feedQueue, keepInStep, stopFeeding } from './feed-queue.ts';
import { isPoison } from './is-poison.ts';

let catalogue: Catalogue;
beforeEach(async () => {
  catalogue = await openCatalogue('memory:');
});
afterEach(() => catalogue.close());

const record = async (paths: string[], priority?: number) => {
  const run = await catalogue.createRun({ catalogue: 'default', source: 'test' });
  const found = paths.map((path) => ({
    root: 'r',
    path,
    externalId: null,
    metadata: {},
    size: 1,
    modifiedMs: 1,
  }));
  const { queued } = await catalogue.recordFound({
    runId: run.id,
    catalogue: 'default',
    space: 's',
    found,
    priority,
  });
  return queued;
};
const open = () => openQueue({ url: 'memory:', catalogue, worker: 'a:1' });

test('what someone waits for is fed, and taken, before bulk', async () => {
  const bulk = await record(['1', '2']);
  const interactive = await record(['3'], 1);
  const queue = await open();
  await feedQueue(catalogue, queue);
  const seen: number[] = [];
  const stop = new AbortController();
  await queue.work(
    async ({ itemId }) => {
      seen.push(itemId);
      if (seen.length === 3) stop.abort();
    },
    { concurrency: 1, signal: stop.signal },
  );
  expect(seen).toEqual([...interactive, ...bulk]);
});

test('one worker feeds at a time; another takes over when it stops', async () => {
  await record(['1']);
  const queue = await open();
  expect(await keepInStep(catalogue, queue, 'a:1')).toBe(true);
  expect(await keepInStep(catalogue, queue, 'b:2')).toBe(false);
  await stopFeeding(catalogue, 'a:1');
  expect(await keepInStep(catalogue, queue, 'b:2')).toBe(true);
});

test('an emptied queue is fed again, with what a dead worker had in hand', async () => {
  const [first = 0, second = 0] = await record(['1', '2']);
  const before = await open();
  await feedQueue(catalogue, before);
  await catalogue.startItem(first, 'dead-host:7');
  const flushed = await open(); // knows nothing of the jobs
  await keepInStep(catalogue, flushed, 'a:1');
  expect((await catalogue.getItem(first))?.state).toBe('queued');
  expect((await flushed.counts()).waiting).toBe(2);
  expect(
    await flushed.missing([
      { itemId: second, try: 1 },
      { itemId: 99, try: 1 },
    ]),
  ).toEqual([{ itemId: 99, try: 1 }]);
});

test('the third death of its own ffmpeg ends an item; what was given back without blame does not count', async () => {
  const [id = 0] = await record(['1']);
  const crash = async (worker: string) => {
    const item = await catalogue.startItem(id, worker);
    if (!item) throw new Error('not there');
    const poison = await isPoison(item, 'DECODER_CRASHED', catalogue);
    await catalogue.failItem({ itemId: id, worker, code: 'DECODER_CRASHED', message: 'x', retry: !poison });
    return poison;
  };
  expect(await crash('a:1')).toBe(false);
  await catalogue.startItem(id, 'a:1');
  await catalogue.releaseItem(id, 'a:1');
  expect(await crash('b:2')).toBe(false);
  expect(await crash('c:3')).toBe(true);
  await catalogue.retryItems({ itemIds: [id] });
  expect(await crash('a:1')).toBe(false);
});
