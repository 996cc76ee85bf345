import type { Catalogue, Run } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { type HttpApp, problemResponses } from '@soundalike/http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { IngestHttpDeps } from './ingest-http-deps.ts';
import { createRunView } from './run-view.ts';
import { pageSize, runSchema } from './schemas.ts';
import { createRunWatch } from './watch-run.ts';

const params = z.strictObject({ id: z.coerce.number().int().positive() });

/** How often a watched run is looked up, ms. */
const WATCH_EVERY_MS = 1_000;

/** `GET /v1/ingest/runs`, `/runs/:id` and `/runs/:id/events`. */
export const runRoutes = (
  app: HttpApp,
  { catalogue, watchEveryMs = WATCH_EVERY_MS }: IngestHttpDeps,
): void => {
  const viewRun = createRunView(catalogue);
  const watch = createRunWatch(catalogue, viewRun, watchEveryMs);
  // Before connections are waited for: an open stream would hold the server for ever.
  app.addHook('preClose', async () => watch.close());

  app.get(
    '/v1/ingest/runs',
    {
      config: { scope: 'ingest' },
      schema: {
        summary: 'Ingest runs, the latest first',
        tags: ['ingest'],
        querystring: z.strictObject({ limit: pageSize(100, 20) }),
        response: {
          200: z.strictObject({ runs: z.array(runSchema) }),
          ...problemResponses('DATABASE_UNAVAILABLE'),
        },
      },
    },
    async ({ query }) => {
      const runs = await catalogue.listRuns(query.limit);
      return { runs: await Promise.all(runs.map(viewRun)) };
    },
  );

  app.get(
    '/v1/ingest/runs/:id',
    {
      config: { scope: 'ingest' },
      schema: {
        summary: 'One run with its progress',
        tags: ['ingest'],
        params,
        response: { 200: runSchema, ...problemResponses('RUN_NOT_FOUND', 'DATABASE_UNAVAILABLE') },
      },
    },
    async ({ params: { id } }) => viewRun(await findRun(catalogue, id)),
  );

  app.get(
    '/v1/ingest/runs/:id/events',
    {
      config: { scope: 'ingest' },
      schema: {
        summary: 'A run as server-sent events',
        description:
          'Events `progress` (the run, as it changes) and `end` (the run, once it is over), each with the document of `/v1/ingest/runs/{id}`.',
        tags: ['ingest'],
        params,
        response: {
          200: {
            description: 'Server-sent events',
            content: { 'text/event-stream': { schema: z.string() } },
          },
          ...problemResponses('RUN_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
        },
      },
    },
    async ({ params: { id } }, reply) => {
      await findRun(catalogue, id);
      return (reply as unknown as FastifyReply)
        .headers({
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
        })
        .send(watch.stream(id));
    },
  );
};

const findRun = async (catalogue: Catalogue, runId: number): Promise<Run> => {
  const run = await catalogue.getRun(runId);
  if (!run)
    throw new SoundalikeError('RUN_NOT_FOUND', `There is no run ${runId}`, { fields: { run: runId } });
  return run;
};
