import { type HttpApp, problemResponses } from '@soundalike/http';
import { statsSchema } from './documents.ts';
import type { QueryDeps } from './query-deps.ts';

/** `GET /v1/stats`: what there is to search. */
export const statsRoute = (app: HttpApp, deps: QueryDeps): void => {
  app.get(
    '/v1/stats',
    {
      config: { scope: 'search' },
      schema: {
        summary: 'Size of the catalogue, and the model in use',
        tags: ['catalogue'],
        response: { 200: statsSchema, ...problemResponses('DATABASE_UNAVAILABLE') },
      },
    },
    async () => {
      const { catalogue, catalogueName } = deps;
      const live = await catalogue.liveSpace();
      const totals = await catalogue.trackTotals(live?.name);
      return {
        catalogue: catalogueName,
        ...totals,
        audioSeconds: Math.round(totals.audioSeconds * 10) / 10,
        space: live?.name ?? null,
        model: live ? await deps.describeModel(live.model) : null,
      };
    },
  );
};
