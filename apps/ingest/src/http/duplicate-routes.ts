import { type HttpApp, problemResponses } from '@soundalike/http';
import { z } from 'zod';
import { listDuplicates } from '../duplicates/list-duplicates.ts';
import type { IngestHttpDeps } from './ingest-http-deps.ts';
import { pageSize } from './schemas.ts';

const evidence = z.enum(['same-content', 'same-recording']);
const text = z.string().nullable();

const duplicatesSchema = z.strictObject({
  evidence,
  copies: z.array(
    z.strictObject({
      trackId: z.string(),
      externalId: text,
      /** `root/path` or the link. */
      location: z.string(),
      title: text,
      artist: text,
      album: text,
      genre: text,
      tags: z.array(z.string()),
      year: z.int().nullable(),
    }),
  ),
  /** Share of differing bits of the signatures; null where the content is the same to the bit. */
  errorRate: z.number().nullable(),
  /** Time in the second copy = time in the first + this, seconds. */
  offsetSeconds: z.number().nullable(),
});

/** `GET /v1/duplicates`. */
export const duplicateRoutes = (app: HttpApp, { catalogue, adds }: IngestHttpDeps): void => {
  if (!adds) return;
  app.get(
    '/v1/duplicates',
    {
      config: { scope: 'search' },
      schema: {
        summary: 'Copies that belong together, with what says so',
        description:
          'Nothing is merged or deleted. A page may be empty and still have a next one: pages of tracks are compared, not of pairs.',
        tags: ['tracks'],
        querystring: z.strictObject({
          evidence: evidence.default('same-content'),
          cursor: z.string().max(200).optional(),
          limit: pageSize(500, 100),
        }),
        response: {
          200: z.strictObject({
            duplicates: z.array(duplicatesSchema),
            nextCursor: z.string().nullable(),
          }),
          ...problemResponses('INPUT_INVALID', 'DATABASE_UNAVAILABLE', 'STORE_UNAVAILABLE'),
        },
      },
    },
    async ({ query }) => {
      const { duplicates, nextCursor } = await listDuplicates({
        ...query,
        catalogue,
        store: await adds.store(),
        limits: adds.signatureLimits,
        signal: AbortSignal.timeout(60_000),
      });
      return {
        duplicates: duplicates.map(({ copies, ...group }) => ({
          ...group,
          copies: copies.map((copy) => ({ ...copy, tags: [...copy.tags] })),
        })),
        nextCursor,
      };
    },
  );
};
