import { type HttpApp, problemResponses } from '@soundalike/http';
import { z } from 'zod';
import { STAGES } from '../monitor/work-meter.ts';
import { BEAT_EVERY_MS, statusOf } from '../monitor/worker-status.ts';
import { type IngestHttpDeps, mayAct } from './ingest-http-deps.ts';
import { instant, itemState, occupancySchema, stageName, toInstant, toInstantOrNull } from './schemas.ts';

/** Where bull-board is, where there is one. */
export const BOARD_PATH = '/ingest/bull';

/** Workers of the last hours are shown, ms: one that is gone should be seen after lunch. */
const WORKERS_OF_MS = 6 * 3600 * 1000;
const MOST_WORKERS = 500;

/** Points of a chart at most. */
const MOST_POINTS = 240;

const workerSchema = z.strictObject({
  worker: z.string(),
  host: z.string(),
  status: z.enum(['working', 'idle', 'stopped', 'gone']),
  provider: z.string(),
  providerAsked: z.string(),
  model: z.string(),
  space: z.string(),
  concurrency: z.int(),
  clipsPerSecond: z.number(),
  rssBytes: z.number(),
  startedAt: instant,
  beatAt: instant,
  stoppedAt: instant.nullable(),
  items: z.array(
    z.strictObject({ item: z.int(), path: z.string(), stage: stageName.nullable(), seconds: z.number() }),
  ),
});

const queueSchema = z.strictObject({
  kind: z.enum(['memory', 'database', 'bullmq']),
  /** Without the password. */
  url: z.string(),
  waiting: z.int(),
  active: z.int(),
  delayed: z.int(),
  paused: z.boolean(),
  /** Age of the item that waits longest; null where none waits. */
  oldestSeconds: z.number().nullable(),
  items: z.record(itemState, z.int()),
  /** Path of bull-board, where the queue is Redis. */
  board: z.string().nullable(),
  /** Whether the sender may pause, resume and retry. */
  mayAct: z.boolean(),
});

/** Workers, what they did, and the queue with its switches. */
export const queueRoutes = (app: HttpApp, deps: IngestHttpDeps): void => {
  const { catalogue, queue } = deps;

  app.get(
    '/v1/ingest/workers',
    {
      config: { scope: 'ingest' },
      schema: {
        summary: 'Workers of the last hours and what they are at',
        tags: ['ingest'],
        response: {
          200: z.strictObject({ workers: z.array(workerSchema) }),
          ...problemResponses('DATABASE_UNAVAILABLE'),
        },
      },
    },
    async () => {
      const now = Date.now();
      const workers = await catalogue.listWorkers({ since: now - WORKERS_OF_MS, limit: MOST_WORKERS });
      return {
        workers: workers.map((worker) => {
          const { name, items, startedAt, beatAt, stoppedAt, ...facts } = worker;
          return {
            ...facts,
            worker: name,
            status: statusOf(worker, now),
            startedAt: toInstant(startedAt),
            beatAt: toInstant(beatAt),
            stoppedAt: toInstantOrNull(stoppedAt),
            items: items.map(({ itemId, path, stage, since }) => ({
              item: itemId,
              path,
              stage,
              seconds: Math.max(0, Math.round((now - since) / 1000)),
            })),
          };
        }),
      };
    },
  );

  app.get(
    '/v1/ingest/activity',
    {
      config: { scope: 'ingest' },
      schema: {
        summary: 'What all workers did over the last minutes',
        tags: ['ingest'],
        querystring: z.strictObject({ minutes: z.coerce.number().int().min(1).max(1440).default(60) }),
        response: {
          200: z.strictObject({
            /** Length of a point, seconds. */
            bucketSeconds: z.number(),
            points: z.array(
              z.strictObject({
                at: instant,
                occupancy: occupancySchema,
                clipsPerSecond: z.number(),
                itemsPerMinute: z.number(),
                failed: z.int(),
              }),
            ),
          }),
          ...problemResponses('DATABASE_UNAVAILABLE'),
        },
      },
    },
    async ({ query: { minutes } }) => {
      // Whole beats in each piece, or one piece would hold more of them than the next.
      const beat = BEAT_EVERY_MS / 1000;
      const bucketSeconds = Math.max(3 * beat, Math.ceil((minutes * 60) / MOST_POINTS / beat) * beat);
      const points = await catalogue.activity({
        from: Date.now() - minutes * 60_000,
        bucketMs: bucketSeconds * 1000,
      });
      return {
        bucketSeconds,
        points: points.map(({ at, stageMs, clips, done, failed }) => ({
          at: toInstant(at),
          occupancy: Object.fromEntries(
            // Time that was split by guess and set right later may fall below zero in a single piece.
            STAGES.map((stage) => [stage, round(Math.max(stageMs[stage], 0) / 1000 / bucketSeconds)]),
          ) as z.infer<typeof occupancySchema>,
          clipsPerSecond: round(clips / bucketSeconds),
          itemsPerMinute: round(((done + failed) / bucketSeconds) * 60),
          failed,
        })),
      };
    },
  );

  app.get(
    '/v1/ingest/queue',
    {
      config: { scope: 'ingest' },
      schema: {
        summary: 'The queue and the ledger in numbers',
        tags: ['ingest'],
        response: { 200: queueSchema, ...problemResponses('DATABASE_UNAVAILABLE', 'QUEUE_UNAVAILABLE') },
      },
    },
    async (request) => {
      const [counts, items, oldest] = await Promise.all([
        queue.counts(),
        catalogue.stateCounts(),
        catalogue.oldestQueued(),
      ]);
      const since = Math.min(...oldest.map(({ queuedAt }) => queuedAt));
      return {
        kind: queue.kind,
        url: queue.url,
        ...counts,
        oldestSeconds: oldest.length > 0 ? Math.max(0, Math.round((Date.now() - since) / 1000)) : null,
        items,
        board: queue.kind === 'bullmq' ? BOARD_PATH : null,
        mayAct: mayAct(deps, request),
      };
    },
  );

  for (const action of ['pause', 'resume'] as const) {
    app.post(
      `/v1/ingest/queue/${action}`,
      {
        config: { scope: 'admin' },
        schema: {
          summary: action === 'pause' ? 'Stop taking jobs; those in hand are finished' : 'Take jobs again',
          tags: ['ingest'],
          response: {
            200: z.strictObject({ paused: z.boolean() }),
            ...problemResponses('DATABASE_UNAVAILABLE', 'QUEUE_UNAVAILABLE'),
          },
        },
      },
      async () => {
        await queue[action]();
        return { paused: (await queue.counts()).paused };
      },
    );
  }
};

const round = (value: number): number => Math.round(value * 100) / 100;
