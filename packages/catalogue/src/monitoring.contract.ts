import type { Catalogue, WorkerBeat } from './index.ts';

const MINUTE = 60_000;

const beat = (extra: Partial<WorkerBeat> = {}): WorkerBeat => ({
  name: 'tuva:1',
  host: 'tuva',
  startedAt: 1_000,
  at: 10 * MINUTE,
  facts: {
    provider: 'cpu',
    providerAsked: 'auto',
    model: 'untrained',
    space: 'a'.repeat(16),
    concurrency: 4,
    clipsPerSecond: 31.5,
    rssBytes: 200_000_000,
    items: [{ itemId: 7, path: 'music/a.flac', stage: 'embed', since: 5_000 }],
  },
  sample: {
    stageMs: { fetch: 10, decode: 200, embed: 1_500, store: 30 },
    clips: 40,
    audioSeconds: 107.1,
    done: 3,
    failed: 1,
  },
  ...extra,
});

/** What the monitoring part of every catalogue must do. */
export const describeMonitoring = (get: () => Catalogue): void => {
  describe('monitoring', () => {
    test('the last heartbeat of each worker is known, and whether it ended in order', async () => {
      const catalogue = get();
      await catalogue.beat(beat());
      await catalogue.beat(
        beat({ at: 11 * MINUTE, facts: { ...beat().facts, clipsPerSecond: 12, items: [] } }),
      );
      await catalogue.beat(beat({ name: 'tuva:2', at: 12 * MINUTE, stopped: true }));
      const workers = await catalogue.listWorkers({ since: 0, limit: 10 });
      expect(workers.map(({ name, beatAt, stoppedAt }) => [name, beatAt, stoppedAt])).toEqual([
        ['tuva:2', 12 * MINUTE, 12 * MINUTE],
        ['tuva:1', 11 * MINUTE, null],
      ]);
      expect(workers[1]).toMatchObject({ host: 'tuva', provider: 'cpu', clipsPerSecond: 12, items: [] });
      expect(await catalogue.listWorkers({ since: 11.5 * MINUTE, limit: 10 })).toHaveLength(1);
      // The same process begins again, as a container with a fixed name and pid does.
      await catalogue.beat(beat({ name: 'tuva:2', at: 13 * MINUTE, startedAt: 2_000 }));
      expect((await catalogue.listWorkers({ since: 0, limit: 1 }))[0]).toMatchObject({
        startedAt: 2_000,
        stoppedAt: null,
      });
    });

    test('what all workers did adds up by pieces of time', async () => {
      const catalogue = get();
      const points = await catalogue.activity({ from: 10 * MINUTE, bucketMs: 2 * MINUTE });
      expect(points.map(({ at, clips, done }) => [at, clips, done])).toEqual([
        [10 * MINUTE, 80, 6],
        [12 * MINUTE, 80, 6],
      ]);
      expect(points[0]).toMatchObject({
        stageMs: { fetch: 20, decode: 400, embed: 3000, store: 60 },
        failed: 2,
      });
      expect(points[0]?.audioSeconds).toBeCloseTo(214.2);
    });

    test('samples and workers older than a day are forgotten', async () => {
      const catalogue = get();
      const later = 13 * MINUTE + 25 * 3600 * 1000;
      for (let n = 0; n < 60; n++) await catalogue.beat(beat({ name: 'tuva:3', at: later + n }));
      const workers = await catalogue.listWorkers({ since: 0, limit: 10 });
      expect(workers.map(({ name }) => name)).toEqual(['tuva:3']);
      const [first] = await catalogue.activity({ from: 0, bucketMs: MINUTE });
      expect(first?.at).toBeGreaterThan(later - 2 * MINUTE);
    });

    test('items are paged from the latest on and found by a piece of their path, taken literally', async () => {
      const catalogue = get();
      const run = await catalogue.createRun({ catalogue: 'paging', source: 'paging' });
      const found = ['Ä 100%/x.mp3', 'Ä 100/x.mp3', 'b_c/Y.MP3', 'bXc/y.mp3'].map((path, index) => ({
        root: 'paging',
        path,
        externalId: `own-${index}`,
        metadata: {},
        size: 1,
        modifiedMs: 1,
      }));
      await catalogue.recordFound({ runId: run.id, catalogue: 'paging', space: 's', found });
      const paths = async (options: { query?: string; before?: number; limit?: number }) =>
        (await catalogue.pageItems({ runId: run.id, limit: 10, ...options })).map(({ path }) => path);
      expect(await paths({})).toEqual(found.map(({ path }) => path).reverse());
      expect(await paths({ query: '100%' })).toEqual(['Ä 100%/x.mp3']);
      expect(await paths({ query: 'b_c' })).toEqual(['b_c/Y.MP3']);
      expect(await paths({ query: 'y.mp3' })).toEqual(['bXc/y.mp3', 'b_c/Y.MP3']);
      expect(await paths({ query: 'own-1' })).toEqual(['Ä 100/x.mp3']);
      const [latest] = await catalogue.pageItems({ runId: run.id, limit: 1 });
      expect(await paths({ before: latest?.id ?? 0, limit: 2 })).toEqual(['b_c/Y.MP3', 'Ä 100/x.mp3']);
      expect(await catalogue.pageItems({ state: 'failed', code: 'TIMEOUT', limit: 5 })).toEqual([]);
      const waiting = await catalogue.oldestQueued();
      expect(waiting.length).toBeGreaterThan(0);
      expect(Date.now() - (waiting[0]?.queuedAt ?? 0)).toBeLessThan(60_000);
    });

    test('an ended run keeps its counts when a later one adopts its items', async () => {
      const catalogue = get();
      const [last] = await catalogue.listRuns(1);
      const before = await catalogue.runCounts(last?.id ?? 0);
      await catalogue.setRunState(last?.id ?? 0, 'interrupted');
      const run = await catalogue.createRun({ catalogue: 'paging', source: 'paging again' });
      const item = {
        root: 'paging',
        path: 'b_c/Y.MP3',
        externalId: 'own-2',
        metadata: {},
        size: 1,
        modifiedMs: 1,
      };
      await catalogue.recordFound({ runId: run.id, catalogue: 'paging', space: 's', found: [item] });
      expect(await catalogue.runCounts(last?.id ?? 0)).toEqual(before);
      expect((await catalogue.runCounts(run.id)).total).toBe(1);
    });
  });
};
