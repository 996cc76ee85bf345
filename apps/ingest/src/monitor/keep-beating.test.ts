import { openCatalogue } from '@soundalike/catalogue';
import { silentLogger } from '@soundalike/core';
import type { IngestDeps } from '../work/ingest-deps.ts';
import { keepBeating } from './keep-beating.ts';
import { createWorkMeter } from './work-meter.ts';
import { statusOf } from './worker-status.ts';

test('a worker tells what it has in hand and did, and at last that it stopped', async () => {
  const catalogue = await openCatalogue('memory:');
  const deps = {
    catalogue,
    worker: 'tuva:7',
    logger: silentLogger(),
    embedder: { provider: 'cpu', model: { name: 'untrained' } },
    store: { space: 's' },
  } as unknown as IngestDeps;
  const meter = createWorkMeter();
  const stop = new AbortController();
  meter.started({ id: 7, path: 'music/a.flac' });
  meter.entered(7, 'fetch');
  const beating = keepBeating({ deps, meter, concurrency: 2, everyMs: 5, signal: stop.signal });
  const find = async () => (await catalogue.listWorkers({ since: 0, limit: 10 }))[0];
  while (!(await find())) await new Promise((resolve) => setTimeout(resolve, 5));
  const working = await find();
  expect(working).toMatchObject({ provider: 'cpu', concurrency: 2, items: [{ itemId: 7, stage: 'fetch' }] });
  expect(working && statusOf(working, Date.now())).toBe('working');
  expect(working && statusOf(working, Date.now() + 60_000)).toBe('gone');

  meter.ended(7, { outcome: 'done', clips: 11, audioSeconds: 30 });
  stop.abort();
  await beating;
  const stopped = await find();
  expect(stopped && statusOf(stopped, Date.now() + 60_000)).toBe('stopped');
  const points = await catalogue.activity({ from: 0, bucketMs: 60_000 });
  expect(points.reduce((sum, { clips, done }) => sum + clips + done, 0)).toBe(12);
  await catalogue.close();
});

test('a database that is away stops no worker', async () => {
  const deps = {
    catalogue: { beat: () => Promise.reject(new Error('away')) },
    worker: 'tuva:7',
    logger: silentLogger(),
    embedder: { provider: 'cpu', model: { name: 'untrained' } },
    store: { space: 's' },
  } as unknown as IngestDeps;
  const stop = new AbortController();
  const beating = keepBeating({
    deps,
    meter: createWorkMeter(),
    concurrency: 1,
    everyMs: 1,
    signal: stop.signal,
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  await expect(beating).resolves.toBeUndefined();
});
