import { SoundalikeError } from '@soundalike/core';
import { type HttpApp, problemResponses } from '@soundalike/http';
import { z } from 'zod';
import { feedQueue } from '../work/feed-queue.ts';
import type { IngestHttpDeps } from './ingest-http-deps.ts';
import { aboutCode, itemStory, itemView } from './item-view.ts';
import { cursor, errorCode, itemSchema, itemState, itemStorySchema, pageSize } from './schemas.ts';

const id = z.coerce.number().int().positive();

/** Failures, items and the way back into the queue. */
export const itemRoutes = (app: HttpApp, { catalogue, queue }: IngestHttpDeps): void => {
  app.get(
    '/v1/ingest/failures',
    {
      config: { scope: 'ingest' },
      schema: {
        summary: 'Failed items by error code',
        description: 'The items behind a code: `GET /v1/ingest/items?state=failed&code=…`.',
        tags: ['ingest'],
        querystring: z.strictObject({
          run: id.optional(),
          /** A part of a source's name, or a root. */
          source: z.string().max(500).optional(),
          since: z.iso.datetime().optional(),
          until: z.iso.datetime().optional(),
        }),
        response: {
          200: z.strictObject({
            total: z.int(),
            groups: z.array(
              z.strictObject({
                code: z.string(),
                count: z.int(),
                examples: z.array(z.string()),
                help: z.string(),
                /** Whether another try may succeed without a change. */
                retryable: z.boolean(),
              }),
            ),
          }),
          ...problemResponses('DATABASE_UNAVAILABLE'),
        },
      },
    },
    async ({ query: { run, source, since, until } }) => {
      const groups = await catalogue.failureGroups({
        runId: run,
        source,
        since: since === undefined ? undefined : Date.parse(since),
        until: until === undefined ? undefined : Date.parse(until),
      });
      return {
        total: groups.reduce((sum, { count }) => sum + count, 0),
        groups: groups.map((group) => ({
          ...group,
          examples: [...group.examples],
          ...aboutCode(group.code),
        })),
      };
    },
  );

  app.post(
    '/v1/ingest/retry',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Queue failed items again',
        description:
          'All with one error code, those named, or with an empty body every failed item; at most 100,000. Rows of lists that cannot be used stay failed (`rowsLeft`): mend the list and ingest it again.',
        tags: ['ingest'],
        body: z.strictObject({
          code: errorCode.optional(),
          items: z.array(z.int().positive()).max(10_000).optional(),
        }),
        response: {
          200: z.strictObject({ queued: z.int(), rowsLeft: z.int() }),
          ...problemResponses('DATABASE_UNAVAILABLE', 'QUEUE_UNAVAILABLE'),
        },
      },
    },
    async ({ body: { code, items } }) => {
      const { queued, rowsLeft } = await catalogue.retryItems({
        ...(code === undefined ? {} : { code }),
        ...(items ? { itemIds: items } : {}),
      });
      if (queued.length > 0) await feedQueue(catalogue, queue);
      return { queued: queued.length, rowsLeft };
    },
  );

  app.get(
    '/v1/ingest/items',
    {
      config: { scope: 'ingest' },
      schema: {
        summary: 'Items, the latest first',
        tags: ['ingest'],
        querystring: z.strictObject({
          state: itemState.optional(),
          code: errorCode.optional(),
          run: id.optional(),
          /** A piece of the path, or an own id. */
          q: z.string().max(500).optional(),
          cursor,
          limit: pageSize(200, 50),
        }),
        response: {
          200: z.strictObject({ items: z.array(itemSchema), nextCursor: z.string().nullable() }),
          ...problemResponses('DATABASE_UNAVAILABLE'),
        },
      },
    },
    async ({ query: { state, code, run, q, cursor: before, limit } }) => {
      const items = await catalogue.pageItems({
        state,
        code,
        runId: run,
        query: q,
        before,
        limit: limit + 1,
      });
      const page = items.slice(0, limit);
      return {
        items: page.map(itemView),
        nextCursor: items.length > limit ? String(page.at(-1)?.id) : null,
      };
    },
  );

  app.get(
    '/v1/ingest/items/:id',
    {
      config: { scope: 'ingest' },
      schema: {
        summary: 'One item and its story',
        tags: ['ingest'],
        params: z.strictObject({ id }),
        response: { 200: itemStorySchema, ...problemResponses('ITEM_NOT_FOUND', 'DATABASE_UNAVAILABLE') },
      },
    },
    async ({ params }) => {
      const item = await catalogue.getItem(params.id);
      if (!item)
        throw new SoundalikeError('ITEM_NOT_FOUND', `There is no item ${params.id}`, {
          fields: { item: params.id },
        });
      return itemStory(item, await catalogue.attemptsOf(item.id));
    },
  );
};
